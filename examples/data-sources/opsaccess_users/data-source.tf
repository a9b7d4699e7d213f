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
  description = "The number of active tokens of each service account."
  value = {
    for user in data.opsaccess_users.service.users :
    user.username => length([for token in user.tokens : token if token.status == "active"])
  }
}
