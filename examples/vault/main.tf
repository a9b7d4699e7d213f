# Hands a token to whoever reads Vault. This needs Vault's provider, too.
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
    vault = {
      source = "hashicorp/vault"
    }
  }
}

provider "opsaccess" {}

provider "vault" {}

resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"
}

# The secret is written, but not stored in the state of this resource. `generation` goes
# up with every token, so that a reissued one is written again.
resource "vault_kv_secret_v2" "deploy" {
  mount = "ci"
  name  = "foreman/svc-deploy"

  data_json_wo = jsonencode({
    username = opsaccess_personal_access_token.deploy.owner.username
    password = opsaccess_personal_access_token.deploy.token
  })
  data_json_wo_version = opsaccess_personal_access_token.deploy.generation
}
