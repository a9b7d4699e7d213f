# All service accounts of one organization, with their tokens.
data "opsaccess_users" "service" {
  show_tokens = true

  foreman = {
    search          = "login ~ \"svc-*\""
    order           = "login"
    organization_id = 1
  }
}

output "live_tokens" {
  description = "How many live tokens each service account has."
  value = {
    for user in data.opsaccess_users.service.users :
    user.username => length([for token in user.tokens : token if token.status == "active"])
  }
}
