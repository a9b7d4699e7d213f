data "opsaccess_user" "deploy" {
  username    = "svc-deploy"
  show_tokens = true
}

check "every_token_expires" {
  assert {
    condition = alltrue([
      for token in data.opsaccess_user.deploy.tokens :
      token.status != "active" || token.expires_at != null
    ])
    error_message = "A live token of ${data.opsaccess_user.deploy.username} never expires."
  }
}

output "roles" {
  value = data.opsaccess_user.deploy.foreman.roles[*].name
}
