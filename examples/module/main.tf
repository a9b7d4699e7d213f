resource "opsaccess_personal_access_token" "this" {
  username    = var.username
  name_prefix = "${var.name}-"
  expires_in  = var.expires_in

  rotation = {
    before_expiry       = var.before_expiry
    overlap             = var.overlap
    hold_if_used_within = var.hold_if_used_within
    triggers            = var.triggers
  }
}

# Evaluate these checks with `terraform plan -refresh-only`: they do not fail in a plan that rotates the
# token.
check "rotated_in_time" {
  assert {
    condition     = !opsaccess_personal_access_token.this.rotation_due
    error_message = "The token ${var.name} of ${var.username} is due: ${coalesce(opsaccess_personal_access_token.this.rotation_reason, "known after a refresh")}."
  }
}

check "consumers_have_moved" {
  assert {
    condition     = !anytrue(opsaccess_personal_access_token.this.previous[*].held)
    error_message = "A predecessor of the token ${var.name} of ${var.username} is still in use."
  }
}
