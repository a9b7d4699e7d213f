# This run has a separate file, because the runs of a file share their state, and a mock does not
# compute the values of an existing resource again.
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
