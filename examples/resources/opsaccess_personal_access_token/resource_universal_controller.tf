# On Universal Controller a token expires on a date. The provider rounds `expires_in` up to a date.
resource "opsaccess_personal_access_token" "scheduler" {
  username    = "svc.scheduler"
  name_prefix = "scheduler-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h"
    triggers      = {} # to rotate at once, change a value here
  }
}

# Write a date as midnight UTC. This token does not rotate, because access must end on that date.
resource "opsaccess_personal_access_token" "migration" {
  username    = "svc.migration"
  name_prefix = "migration-"
  expires_at  = "2031-03-31T00:00:00Z"
}

# A token with a fixed name cannot rotate, because two tokens of a user cannot share a name. Once it has
# expired or was revoked, the next run reissues it under the same name, which Universal Controller frees
# with the token. A name has at most 100 characters.
resource "opsaccess_personal_access_token" "monitoring" {
  username   = "svc.monitoring"
  name       = "Monitoring of the night run, read by the operators' dashboard"
  expires_in = "52w"
}
