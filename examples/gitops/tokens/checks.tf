# The monitor evaluates these checks with `terraform plan -refresh-only`. A plan that rotates the token
# passes the first two.
check "rotation_runs" {
  assert {
    # Null if the token is never due, such as an imported token without an expiry.
    condition = (
      opsaccess_personal_access_token.deploy.current.rotate_at == null ? true :
      timecmp(timeadd(opsaccess_personal_access_token.deploy.current.rotate_at, "36h"), plantimestamp()) > 0
    )
    error_message = "The deployment token is overdue for more than 36 hours: does the nightly run still work?"
  }
}

check "token_works" {
  assert {
    condition     = opsaccess_personal_access_token.deploy.current.status == "active"
    error_message = "The deployment token is ${opsaccess_personal_access_token.deploy.current.status}."
  }
}

check "consumers_have_moved" {
  assert {
    condition     = !anytrue(opsaccess_personal_access_token.deploy.previous[*].held)
    error_message = "A predecessor of the deployment token is still in use after its overlap."
  }
}
