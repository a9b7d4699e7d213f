# The active tokens of a user: `terraform query -generate-config-out=imported.tf`.
list "opsaccess_personal_access_token" "deploy" {
  provider = opsaccess

  config {
    username = "svc-deploy"
  }
}

# At most ten tokens that expire before a date, with all attributes of the resource.
list "opsaccess_personal_access_token" "expiring" {
  provider         = opsaccess
  limit            = 10
  include_resource = true

  config {
    username       = "svc-backup"
    name_prefix    = "backup"
    expires_before = "2031-05-06T00:00:00Z"
  }
}
