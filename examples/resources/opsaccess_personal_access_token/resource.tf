# The token of a deployment pipeline. Its name is deploy-<series>-1, and its successor, issued 14
# days before it expires, is deploy-<series>-2.
resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h" # the old token keeps working while consumers switch over
    triggers      = {}    # to rotate at once, change a value here
  }
}

# One token for each CI system.
resource "opsaccess_personal_access_token" "ci" {
  for_each = toset(["svc-gitlab", "svc-jenkins"])

  username    = each.key
  name_prefix = "ci-"
  expires_in  = "30d"

  rotation = {
    before_expiry = "7d"
    triggers      = {}
  }
}

# A token for an audit, until the end of its last day in the time zone of the auditors. It does not
# rotate, because access must end with the audit.
resource "opsaccess_personal_access_token" "audit" {
  username    = "svc-audit"
  name_prefix = "audit-"
  expires_at  = "2031-03-31T23:59:59+02:00"
}

output "deploy_token_expires_at" {
  description = "Use `current`: the argument `expires_at` is null if `expires_in` is set, and `name` is null if `name_prefix` is set."
  value       = opsaccess_personal_access_token.deploy.current.expires_at
}

output "deploy_token" {
  description = "Read it with: terraform output -raw deploy_token"
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}
