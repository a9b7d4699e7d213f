# Issues a token and writes its secret to a Kubernetes Secret. This also requires the Kubernetes provider.
terraform {
  required_version = ">= 1.11"

  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.36" # the first version with data_wo
    }
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

provider "kubernetes" {}

provider "opsaccess" {}

resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}

# The write-only argument keeps the secret out of the state of this resource. `token_version`
# changes with every secret, so the run that issues a token also writes it here.
resource "kubernetes_secret_v1" "deploy" {
  metadata {
    name      = "foreman-svc-deploy"
    namespace = "ci"
  }

  data_wo = {
    username = opsaccess_personal_access_token.deploy.owner.username
    password = opsaccess_personal_access_token.deploy.token
  }
  data_wo_revision = opsaccess_personal_access_token.deploy.token_version

  # While the secret is unknown, as after an import, the Secret keeps its value.
  lifecycle {
    precondition {
      condition     = opsaccess_personal_access_token.deploy.token_version != null
      error_message = "The secret of the token is not known: rotate the token first."
    }
  }
}
