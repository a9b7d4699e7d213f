# The token of a deployment pipeline. It is called deploy-<series>-1.
resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"
}

# One token for each CI system.
resource "opsaccess_personal_access_token" "ci" {
  for_each = toset(["svc-gitlab", "svc-jenkins"])

  username    = each.key
  name_prefix = "ci-"
  expires_in  = "30d"
}

# A token for an audit, until the last day of it in the auditors' own zone.
resource "opsaccess_personal_access_token" "audit" {
  username    = "svc-audit"
  name_prefix = "audit-"
  expires_at  = "2031-03-31T23:59:59+02:00"
}

output "deploy_token" {
  description = "Read it with: terraform output -raw deploy_token"
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}
