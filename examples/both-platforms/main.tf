terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}

# Each provider reaches one server. Both environments are set, so that each says which one
# it means.
provider "opsaccess" {
  foreman = {}
}

provider "opsaccess" {
  alias = "controller"

  universal_controller = {}
}

# A workflow on Universal Controller asks Foreman for the hosts to patch ...
resource "opsaccess_personal_access_token" "inventory" {
  username    = "svc-deploy"
  name_prefix = "patch-"
  expires_in  = var.expires_in

  rotation = {
    before_expiry = "10d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}

# ... and a job on one of the hosts tells Universal Controller that it is done.
resource "opsaccess_personal_access_token" "report" {
  provider = opsaccess.controller

  username    = "svc.deploy"
  name_prefix = "patch-"
  expires_in  = var.expires_in

  rotation = {
    before_expiry = "10d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}
