data "opsaccess_current_user" "this" {}

# Issuing tokens requires a role with a few permissions, not an administrator.
check "least_privilege" {
  assert {
    condition     = !data.opsaccess_current_user.this.admin
    error_message = "Terraform logs in as ${data.opsaccess_current_user.this.username}, who is an administrator."
  }
}

output "logged_in_as" {
  value = data.opsaccess_current_user.this.username
}
