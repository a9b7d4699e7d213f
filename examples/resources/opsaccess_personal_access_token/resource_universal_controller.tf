# On Universal Controller a token expires on a date. Relative times are rounded up to one.
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

# A date is written as its midnight in UTC. This token has no rotation, because it is to end on that
# date.
resource "opsaccess_personal_access_token" "migration" {
  username    = "svc.migration"
  name_prefix = "migration-"
  expires_at  = "2031-03-31T00:00:00Z"
}

# A token with a fixed name cannot rotate, because two tokens of a user cannot share a name. It is
# issued again under this name once it has expired or was revoked: Universal Controller frees a name
# with its token. A name has at most 100 characters.
resource "opsaccess_personal_access_token" "monitoring" {
  username   = "svc.monitoring"
  name       = "Monitoring of the night run, read by the operators' dashboard"
  expires_in = "52w"
}
