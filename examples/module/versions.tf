# No provider block: the caller says which server this is.
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}
