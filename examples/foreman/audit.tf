# Warns about active tokens that this configuration does not manage, such as those from the web
# interface.
data "opsaccess_personal_access_tokens" "live" {
  for_each = toset([for consumer in var.consumers : consumer.username])

  username = each.key
  status   = "active"

  # Read the list after this configuration has issued its tokens.
  depends_on = [opsaccess_personal_access_token.ci]
}

locals {
  # Predecessors are managed, too: the provider revokes them after their overlap.
  managed = flatten([
    for token in opsaccess_personal_access_token.ci : [
      for id in concat([token.current.id], token.previous[*].id) : "${token.owner.username}/${id}"
    ]
  ])

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
      # Null if the token never expires, as an imported token may.
      token.current.expires_at == null ? true : timecmp(token.current.expires_at, timeadd(plantimestamp(), var.expiry_warning)) > 0
    ])
    error_message = "A token expires within ${var.expiry_warning}, and has not been rotated: does the scheduled run still work?"
  }
}
