# Plans warn of live tokens that nobody manages here: clicked in the web interface, or
# left behind by something else.
data "opsaccess_personal_access_tokens" "live" {
  for_each = toset([for consumer in var.consumers : consumer.username])

  username = each.key
  status   = "active"

  # After the tokens of this configuration were issued.
  depends_on = [opsaccess_personal_access_token.ci]
}

locals {
  managed = [
    for token in opsaccess_personal_access_token.ci : "${token.owner.username}/${token.current.id}"
  ]

  unmanaged = flatten([
    for username, found in data.opsaccess_personal_access_tokens.live : [
      for token in found.tokens : "${token.name} of ${username}"
      if !contains(local.managed, "${username}/${token.id}")
    ]
  ])
}

check "every_live_token_is_managed" {
  assert {
    condition     = length(local.unmanaged) == 0
    error_message = "Live tokens that this configuration does not manage: ${join(", ", local.unmanaged)}."
  }
}

check "no_token_is_about_to_expire" {
  assert {
    condition = alltrue([
      for token in opsaccess_personal_access_token.ci :
      timecmp(token.current.expires_at, timeadd(plantimestamp(), var.expiry_warning)) > 0
    ])
    error_message = "A token expires within ${var.expiry_warning}. To issue another one now, change a value of rotation.triggers."
  }
}
