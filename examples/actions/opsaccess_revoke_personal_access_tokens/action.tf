# Look first: `dry_run` tells what would be revoked, and revokes nothing.
#   terraform apply -invoke=action.opsaccess_revoke_personal_access_tokens.stale
action "opsaccess_revoke_personal_access_tokens" "stale" {
  config {
    username   = "svc-backup"
    unused_for = "90d"
    dry_run    = true
  }
}

# Tokens of a pipeline that leaked: whatever it had been given before the leak was closed.
#   terraform apply -invoke=action.opsaccess_revoke_personal_access_tokens.leaked
action "opsaccess_revoke_personal_access_tokens" "leaked" {
  config {
    username       = "svc-deploy"
    name_prefix    = "deploy-"
    created_before = "2025-11-20T18:00:00Z"
  }
}

# Everything that two accounts have.
#   terraform apply '-invoke=action.opsaccess_revoke_personal_access_tokens.everything'
action "opsaccess_revoke_personal_access_tokens" "everything" {
  for_each = toset(["svc-gitlab", "svc-jenkins"])

  config {
    username = each.key
    all      = true
  }
}
