# Checks all tokens of some accounts, including those that Terraform did not issue. Without resources
# the state contains no secret, and the account needs only to read.
terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

provider "opsaccess" {}

data "opsaccess_personal_access_tokens" "live" {
  for_each = var.accounts

  username = each.key
  status   = "active"
}

data "opsaccess_personal_access_tokens" "expiring" {
  for_each = var.accounts

  username       = each.key
  status         = "active"
  expires_before = timeadd(plantimestamp(), var.expiry_warning)
}

data "opsaccess_personal_access_tokens" "unused" {
  for_each = var.accounts

  username   = each.key
  status     = "active"
  unused_for = var.unused_for
}

locals {
  expiring = flatten([
    for username, found in data.opsaccess_personal_access_tokens.expiring : [
      for token in found.tokens : "${token.name} of ${username} on ${formatdate("YYYY-MM-DD", token.expires_at)}"
    ]
  ])

  never_used = flatten([
    for username, found in data.opsaccess_personal_access_tokens.unused : [
      for token in found.tokens : "${token.name} of ${username}" if token.last_used_at == null
    ]
  ])

  no_longer_used = flatten([
    for username, found in data.opsaccess_personal_access_tokens.unused : [
      for token in found.tokens : "${token.name} of ${username}" if token.last_used_at != null
    ]
  ])

  immortal = flatten([
    for username, found in data.opsaccess_personal_access_tokens.live : [
      for token in found.tokens : "${token.name} of ${username}" if token.expires_at == null
    ]
  ])
}

check "no_token_is_about_to_expire" {
  assert {
    condition     = length(local.expiring) == 0
    error_message = "Tokens that expire within ${var.expiry_warning}: ${join(", ", local.expiring)}."
  }
}

check "every_token_is_used" {
  assert {
    condition     = length(local.never_used) == 0
    error_message = "Tokens that were issued ${var.unused_for} ago or earlier and never used: ${join(", ", local.never_used)}."
  }

  assert {
    condition     = length(local.no_longer_used) == 0
    error_message = "Tokens that have not been used for ${var.unused_for}: ${join(", ", local.no_longer_used)}."
  }
}

check "every_token_expires" {
  assert {
    condition     = length(local.immortal) == 0
    error_message = "Tokens without an expiry: ${join(", ", local.immortal)}."
  }
}
