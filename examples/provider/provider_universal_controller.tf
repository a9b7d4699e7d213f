terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

variable "universal_controller_token" {
  description = "Personal access token of the account \"terraform\"."
  type        = string
  sensitive   = true
}

# Universal Controller. The URL includes the context path of the server: often /uc, none on
# stonebranch.cloud.
provider "opsaccess" {
  universal_controller = {
    url   = "https://uc.example.com/uc"
    token = var.universal_controller_token

    # The token's user. Universal Controller does not return it.
    username = "terraform"
  }
}
