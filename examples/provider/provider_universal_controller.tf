terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}

variable "universal_controller_token" {
  description = "Personal access token of the account \"terraform\"."
  type        = string
  sensitive   = true
}

# A Universal Controller. The URL has the server's context, if there is one: often /uc, and
# none on stonebranch.cloud.
provider "opsaccess" {
  universal_controller = {
    url   = "https://uc.example.com/uc"
    token = var.universal_controller_token

    # Whose token it is, which Universal Controller does not tell.
    username = "terraform"
  }
}
