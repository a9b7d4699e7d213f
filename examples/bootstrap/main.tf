terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

variable "foreman_password" {
  description = "Credential of the account: its password for the first run, then its own token."
  type        = string
  sensitive   = true
}

# The URL comes from FOREMAN_SERVER_URL.
provider "opsaccess" {
  foreman = {
    username = "terraform"
    password = var.foreman_password
  }
}

# The provider's own credential. The provider never revokes the token that it logs in with.
resource "opsaccess_personal_access_token" "own" {
  username    = "terraform"
  name_prefix = "terraform-"
  expires_in  = "30d"

  rotation = {
    before_expiry = "10d"
    overlap       = "3d" # the time you have to pass the new token to the provider
    triggers      = {}
  }
}

output "token" {
  description = "The credential for the next run."
  value       = opsaccess_personal_access_token.own.token
  sensitive   = true
}
