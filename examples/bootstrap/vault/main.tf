# The provider's own token, stored in Vault: each run reads it from there, and the run that rotates it
# writes the new one. Store the password before the first run:
#
#     vault kv put -mount=ci foreman/terraform username=terraform password=-
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.0"
    }
  }
}

provider "vault" {}

ephemeral "vault_kv_secret_v2" "own" {
  mount = "ci"
  name  = "foreman/terraform"
}

# The URL comes from FOREMAN_SERVER_URL.
provider "opsaccess" {
  foreman = {
    username = "terraform"
    password = ephemeral.vault_kv_secret_v2.own.data["password"]
  }
}

resource "opsaccess_personal_access_token" "own" {
  username    = "terraform"
  name_prefix = "terraform-"
  expires_in  = "30d"

  rotation = {
    before_expiry = "10d"
    overlap       = "3d"
    triggers      = {}
  }
}

resource "vault_kv_secret_v2" "own" {
  mount = "ci"
  name  = "foreman/terraform"

  data_json_wo = jsonencode({
    username = "terraform"
    password = opsaccess_personal_access_token.own.token
  })
  data_json_wo_version = opsaccess_personal_access_token.own.token_version

  # If the secret is unknown, as after an import, fail the plan and keep the value in Vault.
  lifecycle {
    precondition {
      condition     = opsaccess_personal_access_token.own.token_version != null
      error_message = "The secret of the token is not known: rotate the token first."
    }
  }
}
