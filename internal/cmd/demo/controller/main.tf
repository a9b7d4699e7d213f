terraform {
  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}

# The URL and the account are those of STONEBRANCH_BASE_URL, STONEBRANCH_USERNAME and
# STONEBRANCH_PASSWORD.
provider "opsaccess" {
  universal_controller = {}
}

variable "ticket" {
  description = "Another ticket is another token."
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

# Never expires. Universal Controller gives a name back, so that it can be a fixed one.
resource "opsaccess_personal_access_token" "monitoring" {
  user_id = data.opsaccess_user.deploy.id
  name    = "monitoring"
}

data "opsaccess_personal_access_tokens" "alive" {
  user_id = data.opsaccess_user.deploy.id
  status  = "active"

  depends_on = [
    opsaccess_personal_access_token.pipeline,
    opsaccess_personal_access_token.monitoring,
  ]
}

data "opsaccess_users" "all" {
  show_tokens = true

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

output "users" {
  value = [for user in data.opsaccess_users.all.users : {
    username = user.username
    active   = user.universal_controller.active
    tokens   = length(user.tokens)
  }]
}
