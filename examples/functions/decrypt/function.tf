# State and plans contain this token only in encrypted form. The recipient is a public key.
resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"
  encrypt_to  = ["age1qxlflznnc5gvzpwc6nyryn75l7tcuswt7ey0ctngz03j4sg79faq34caxu"]

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}

# The private key. An ephemeral variable is stored in no state and no saved plan.
variable "age_identity" {
  description = "The private key that belongs to the recipient in encrypt_to: AGE-SECRET-KEY-1…"
  type        = string
  ephemeral   = true
  sensitive   = true
  nullable    = false # without a private key the result would be null
}

# With an ephemeral identity the result is ephemeral, too. Pass it to a write-only argument.
resource "vault_kv_secret_v2" "deploy" {
  mount = "ci"
  name  = "foreman/svc-deploy"

  data_json_wo = jsonencode({
    username = opsaccess_personal_access_token.deploy.owner.username
    password = provider::opsaccess::decrypt(opsaccess_personal_access_token.deploy.encrypted_token, var.age_identity)
  })
  data_json_wo_version = opsaccess_personal_access_token.deploy.token_version

  # If the secret is unknown, as after an import, fail the plan and keep the value in Vault.
  lifecycle {
    precondition {
      condition     = opsaccess_personal_access_token.deploy.token_version != null
      error_message = "The secret of the token is not known: rotate the token first."
    }
  }
}
