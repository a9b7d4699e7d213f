terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

# Each provider configuration connects to one server. The environment contains settings for both
# platforms, so each block names its platform.
provider "opsaccess" {
  foreman = {}
}

provider "opsaccess" {
  alias = "controller"

  universal_controller = {}
}

# A workflow on Universal Controller uses this token to read from Foreman which hosts to patch.
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

# A job on each host uses this token to report to Universal Controller that it is done.
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
