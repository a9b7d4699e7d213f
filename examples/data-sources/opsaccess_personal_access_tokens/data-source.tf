locals {
  service_accounts = toset(["svc-deploy", "svc-jenkins"])
}

# Live tokens that expire within two weeks.
data "opsaccess_personal_access_tokens" "expiring" {
  for_each = local.service_accounts

  username       = each.key
  status         = "active"
  expires_before = timeadd(plantimestamp(), "336h")
}

# Live tokens that nobody has used for a quarter of a year.
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
