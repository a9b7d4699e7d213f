# Check first: with `dry_run` the action lists the tokens that it would revoke, and revokes none.
#   terraform apply -invoke=action.opsaccess_revoke_personal_access_tokens.stale
action "opsaccess_revoke_personal_access_tokens" "stale" {
  config {
    username   = "svc-backup"
    unused_for = "90d"
    dry_run    = true
  }
}

# Revokes the tokens of a pipeline that were issued before its leak was closed.
#   terraform apply -invoke=action.opsaccess_revoke_personal_access_tokens.leaked
action "opsaccess_revoke_personal_access_tokens" "leaked" {
  config {
    username       = "svc-deploy"
    name_prefix    = "deploy-"
    created_before = "2025-11-20T18:00:00Z"
  }
}

# Revokes all tokens of two accounts.
#   terraform apply '-invoke=action.opsaccess_revoke_personal_access_tokens.everything'
action "opsaccess_revoke_personal_access_tokens" "everything" {
  for_each = toset(["svc-gitlab", "svc-jenkins"])

  config {
    username = each.key
    all      = true
  }
}
