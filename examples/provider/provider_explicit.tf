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
  description = "Password, or a personal access token, of the account \"terraform\"."
  type        = string
  sensitive   = true
}

# One server, with all settings in the configuration.
provider "opsaccess" {
  foreman = {
    url      = "https://foreman.example.com"
    username = "terraform"
    password = var.foreman_password
  }

  request_timeout = "2m"
}

# The same server, restricted to one organization and location. Configure a second server in the same
# way.
provider "opsaccess" {
  alias = "berlin"

  foreman = {
    url             = "https://foreman.example.com"
    username        = "terraform"
    password        = var.foreman_password
    organization_id = 1
    location_id     = 2
  }
}

data "opsaccess_current_user" "everywhere" {}

data "opsaccess_user" "deploy" {
  provider = opsaccess.berlin
  username = "svc-deploy"
}

output "logged_in_as" {
  description = "The account that the provider logs in as."
  value       = data.opsaccess_current_user.everywhere.username
}

output "deploy_user_id" {
  description = "The id of the user svc-deploy."
  value       = data.opsaccess_user.deploy.id
}
