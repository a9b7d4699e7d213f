# The token is encrypted to a key, and only this run can decrypt it: the identity is ephemeral,
# so the secret reaches the store and is in no plan and no state.
variable "age_identity" {
  description = "The private key, AGE-SECRET-KEY-1…"
  type        = string
  ephemeral   = true
  sensitive   = true
}

resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"
  encrypt_to  = ["age1qxlflznnc5gvzpwc6nyryn75l7tcuswt7ey0ctngz03j4sg79faq34caxu"]

  rotation = {
    before_expiry = "14d"
    triggers      = {}
  }
}

resource "vault_kv_secret_v2" "deploy" {
  mount = "ci"
  name  = "foreman/svc-deploy"

  data_json_wo = jsonencode({
    password = provider::opsaccess::decrypt(opsaccess_personal_access_token.deploy.encrypted_token, var.age_identity)
  })
  data_json_wo_version = opsaccess_personal_access_token.deploy.token_version
}
