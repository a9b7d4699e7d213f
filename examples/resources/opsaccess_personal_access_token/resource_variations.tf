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
