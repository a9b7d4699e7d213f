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

resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry       = "14d" # a run can be late by 12 days
    overlap             = "48h"
    hold_if_used_within = "26h"
    triggers            = {} # to rotate at once, change a value here
  }
}
