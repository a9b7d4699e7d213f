terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

variable "ticket" {
  description = "Changing the ticket rotates the pipeline's token."
  type        = string
  default     = "OPS-1"
}

data "opsaccess_user" "deploy" {
  username = "svc-deploy"
}

resource "opsaccess_personal_access_token" "pipeline" {
  user_id     = data.opsaccess_user.deploy.id
  name_prefix = "pipeline-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    triggers      = { ticket = var.ticket }
    overlap       = "3s"
  }
}

data "opsaccess_personal_access_tokens" "alive" {
  user_id = data.opsaccess_user.deploy.id
  status  = "active"

  depends_on = [
    opsaccess_personal_access_token.pipeline,
    opsaccess_personal_access_token.monitoring,
  ]
}

output "pipeline_token" {
  value     = opsaccess_personal_access_token.pipeline.token
  sensitive = true
}

output "monitoring_token" {
  value     = opsaccess_personal_access_token.monitoring.token
  sensitive = true
}

output "alive" {
  value = [for token in data.opsaccess_personal_access_tokens.alive.tokens : {
    name    = token.name
    expires = coalesce(token.expires_at, "never")
  }]
}
