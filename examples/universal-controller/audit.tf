# All users with their tokens. The account needs the role ops_admin or ops_user_admin.
data "opsaccess_users" "all" {
  show_tokens = true

  # Read the list after this configuration has issued its tokens.
  depends_on = [opsaccess_personal_access_token.ci]
}

locals {
  # Predecessors are managed, too: the provider revokes them after their overlap.
  managed = flatten([
    for token in opsaccess_personal_access_token.ci : [
      for id in concat([token.current.id], token.previous[*].id) : "${token.owner.id}/${id}"
    ]
  ])

  live = flatten([
    for user in data.opsaccess_users.all.users : [
      for token in user.tokens : { user = user, token = token } if token.status == "active"
    ]
  ])

  unmanaged = [
    for found in local.live : "${found.token.name} of ${found.user.username}"
    if !contains(local.managed, "${found.user.id}/${found.token.id}")
  ]

  # Tokens whose users cannot log in with them.
  useless = [
    for found in local.live : "${found.token.name} of ${found.user.username}"
    if !found.user.enabled || found.user.universal_controller.web_service_access == "No"
  ]
}

check "every_live_token_is_managed" {
  assert {
    condition     = length(local.unmanaged) == 0
    error_message = "Live tokens that this configuration does not manage: ${join(", ", local.unmanaged)}."
  }
}

check "every_live_token_can_log_in" {
  assert {
    condition     = length(local.useless) == 0
    error_message = "Tokens of accounts that cannot use web services: ${join(", ", local.useless)}."
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
