# The values that the mocked provider computes instead of random strings: a token and its user, as on
# Foreman, and a user of Universal Controller. Copy this file to the tests of your own module.
mock_resource "opsaccess_personal_access_token" {
  defaults = {
    id              = "7/42"
    token           = "not-a-secret"
    encrypted_token = null
    token_version   = 1924992000
    generation      = 1
    series          = "k3v7xq"
    owner           = { id = "7", username = "svc-deploy" }
    platform        = "foreman"
    server          = "https://foreman.example.com"
    rotation_due    = false
    rotation_reason = null
    current = {
      id           = "42"
      name         = "deploy-k3v7xq-1"
      created_at   = "2031-01-01T00:00:00Z"
      expires_at   = "2031-04-01T00:00:00Z"
      rotate_at    = "2031-03-18T00:00:00Z"
      status       = "active"
      issue_reason = "created"
      sha256       = "0000000000000000000000000000000000000000000000000000000000000000"
    }
  }
}

mock_data "opsaccess_personal_access_token" {
  defaults = {
    id           = "42"
    status       = "active"
    created_at   = "2031-01-01T00:00:00Z"
    expires_at   = "2031-04-01T00:00:00Z"
    last_used_at = "2031-01-31T00:00:00Z"
  }
}

# `opsaccess_personal_access_tokens` and `opsaccess_users` have no defaults, because Terraform mocks every
# list as an empty one.

mock_data "opsaccess_user" {
  defaults = {
    id            = "7"
    first_name    = "Deploy"
    last_name     = "Service"
    email         = "svc-deploy@example.com"
    admin         = false
    enabled       = true
    last_login_at = "2031-01-31T00:00:00Z"
    foreman = {
      created_at = "2030-01-01T00:00:00Z"
      updated_at = "2030-01-01T00:00:00Z"
      timezone   = "UTC"
    }
  }
}

mock_data "opsaccess_current_user" {
  defaults = {
    id            = "4"
    username      = "terraform"
    first_name    = "Terraform"
    last_name     = "Service"
    email         = "terraform@example.com"
    admin         = true
    enabled       = true
    last_login_at = "2031-01-31T00:00:00Z"
    foreman = {
      admin      = true
      created_at = "2030-01-01T00:00:00Z"
      updated_at = "2030-01-01T00:00:00Z"
      timezone   = "UTC"
    }
  }
}

mock_resource "opsaccess_universal_controller_user" {
  defaults = {
    id     = "3de4c72e27c94d4aa840bffcbd7509ca"
    owner  = { id = "3de4c72e27c94d4aa840bffcbd7509ca", username = "svc.deploy" }
    server = "https://uc.example.com/uc"
  }
}
