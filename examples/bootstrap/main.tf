terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}

variable "foreman_password" {
  description = "What the account logs in with: its password for the first run, then its own token."
  type        = string
  sensitive   = true
}

# FOREMAN_SERVER_URL says where.
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
    overlap       = "3d" # the time to hand the new token to the provider
    triggers      = {}
  }
}

output "token" {
  description = "What the next run logs in with."
  value       = opsaccess_personal_access_token.own.token
  sensitive   = true
}
