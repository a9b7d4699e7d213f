terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

provider "opsaccess" {
  foreman = {} # The settings come from the environment.
}

# Only the deployment host, which has the private key, can read this token. The public key is not secret.
resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {}
  }

  encrypt_to = [
    "age1qxlflznnc5gvzpwc6nyryn75l7tcuswt7ey0ctngz03j4sg79faq34caxu",
  ]
}

output "deploy_token" {
  description = "On the host: terraform output -raw deploy_token | age --decrypt --identity key.txt"
  value       = opsaccess_personal_access_token.deploy.encrypted_token
}
