# Issues a token and writes its secret to Vault. This also requires the Vault provider.
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.0" # the first version with data_json_wo
    }
  }
}

provider "opsaccess" {}

provider "vault" {}

resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}

# The write-only argument keeps the secret out of the state of this resource. `token_version`
# changes with every secret, so the run that issues a token also writes it here.
resource "vault_kv_secret_v2" "deploy" {
  mount = "ci"
  name  = "foreman/svc-deploy"

  data_json_wo = jsonencode({
    username = opsaccess_personal_access_token.deploy.owner.username
    password = opsaccess_personal_access_token.deploy.token
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
