terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

# The URL, username and password come from FOREMAN_SERVER_URL, FOREMAN_USERNAME and FOREMAN_PASSWORD.
provider "opsaccess" {}
