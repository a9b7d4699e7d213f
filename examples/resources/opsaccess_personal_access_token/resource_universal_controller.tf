# On Universal Controller a token expires on a date. Relative times are rounded up to one.
resource "opsaccess_personal_access_token" "scheduler" {
  username    = "svc.scheduler"
  name_prefix = "scheduler-"
  expires_in  = "90d"
}

# A date is written as its midnight in UTC.
resource "opsaccess_personal_access_token" "migration" {
  username    = "svc.migration"
  name_prefix = "migration-"
  expires_at  = "2031-03-31T00:00:00Z"
}

# A fixed name can come back: Universal Controller frees it with its token. It may have 100
# characters.
resource "opsaccess_personal_access_token" "monitoring" {
  username   = "svc.monitoring"
  name       = "Monitoring of the night run, read by the operators' dashboard"
  expires_in = "52w"
}
