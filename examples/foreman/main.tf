terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

# The settings come from FOREMAN_SERVER_URL, FOREMAN_USERNAME and FOREMAN_PASSWORD.
provider "opsaccess" {}

resource "opsaccess_personal_access_token" "ci" {
  for_each = var.consumers

  username    = each.value.username
  name_prefix = "${each.key}-"
  expires_in  = each.value.expires_in

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {} # to rotate all tokens at once, change a value here
  }
}
