locals {
  service_accounts = toset(["svc-deploy", "svc-jenkins"])
}

# Active tokens that expire within two weeks.
data "opsaccess_personal_access_tokens" "expiring" {
  for_each = local.service_accounts

  username       = each.key
  status         = "active"
  expires_before = timeadd(plantimestamp(), "336h")
}

# Active tokens that have not been used for 90 days.
data "opsaccess_personal_access_tokens" "forgotten" {
  for_each = local.service_accounts

  username   = each.key
  status     = "active"
  unused_for = "90d"
}

check "no_token_is_about_to_expire" {
  assert {
    condition = alltrue([for found in data.opsaccess_personal_access_tokens.expiring : length(found.tokens) == 0])
    error_message = join("\n", flatten([
      for username, found in data.opsaccess_personal_access_tokens.expiring : [
        for token in found.tokens : "${token.name} of ${username} expires at ${token.expires_at}."
      ]
    ]))
  }
}

output "forgotten_tokens" {
  value = {
    for username, found in data.opsaccess_personal_access_tokens.forgotten : username => found.tokens[*].name
  }
}
