# These tests need no server, because the provider is a mock. It validates arguments as the real
# provider does, and computes the values in tests/mocks. OpenTofu cannot load that file, so OpenTofu
# reads service_token.tofutest.hcl instead of this file.
mock_provider "opsaccess" {
  source = "./tests/mocks"
}

variables {
  username = "svc-deploy"
  name     = "deploy"
}

run "a_token_rotates_and_expires_unless_told_otherwise" {
  assert {
    condition = (
      opsaccess_personal_access_token.this.expires_in == "90d" &&
      opsaccess_personal_access_token.this.rotation.before_expiry == "14d" &&
      opsaccess_personal_access_token.this.rotation.overlap == "48h"
    )
    error_message = "The defaults have changed, and with them what every caller gets."
  }

  assert {
    condition     = opsaccess_personal_access_token.this.name_prefix == "deploy-"
    error_message = "The names of the tokens do not begin with the name of the module's token."
  }
}

run "consumers_get_what_they_need" {
  assert {
    condition     = output.username == "svc-deploy" && output.token_version == 1924992000
    error_message = "A consumer needs the account, and a version to write by."
  }

  assert {
    condition     = issensitive(output.token)
    error_message = "The secret would be shown."
  }

  assert {
    condition     = timecmp(output.rotate_at, output.expires_at) < 0
    error_message = "The token would expire before it has a successor."
  }
}

run "a_trigger_is_passed_on" {
  variables {
    triggers            = { ticket = "OPS-1" }
    hold_if_used_within = "26h"
  }

  assert {
    condition     = opsaccess_personal_access_token.this.rotation.triggers == tomap({ ticket = "OPS-1" })
    error_message = "A changed ticket would not rotate the token."
  }

  assert {
    condition     = opsaccess_personal_access_token.this.rotation.hold_if_used_within == "26h"
    error_message = "A predecessor would be revoked while it is in use."
  }
}

run "a_name_that_servers_would_not_take_is_refused" {
  command = plan

  variables {
    name = "Deploy pipeline"
  }

  expect_failures = [var.name]
}
