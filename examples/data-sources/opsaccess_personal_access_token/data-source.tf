# A token that was created in Foreman's web interface.
data "opsaccess_personal_access_token" "backup" {
  username = "svc-backup"
  name     = "backup server"
}

check "backup_token_is_used" {
  assert {
    condition = timecmp(
      coalesce(
        data.opsaccess_personal_access_token.backup.last_used_at,
        data.opsaccess_personal_access_token.backup.created_at,
      ),
      timeadd(plantimestamp(), "-720h"),
    ) > 0
    error_message = "The backup token has not been used for 30 days."
  }
}

output "backup_token_expires_at" {
  value = data.opsaccess_personal_access_token.backup.expires_at
}
