# The caller configures the provider, so there is no provider block here.
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}
