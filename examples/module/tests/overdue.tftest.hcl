# A file of its own: within a file the runs share a state, and a mock computes nothing anew
# for what is there already.
mock_provider "opsaccess" {
  mock_resource "opsaccess_personal_access_token" {
    defaults = {
      rotation_due    = true
      rotation_reason = "before_expiry"
    }
  }
}

run "an_overdue_token_is_reported" {
  variables {
    username = "svc-deploy"
    name     = "deploy"
  }

  expect_failures = [check.rotated_in_time]
}
