# A token for a single apply. Its name is terraform-<six characters>-1.
ephemeral "opsaccess_personal_access_token" "deploy" {
  username = "svc-deploy"
  applying = terraform.applying
}

# A token for a long apply. If the provider cannot revoke it, it expires after three hours.
ephemeral "opsaccess_personal_access_token" "backup" {
  username    = "svc-backup"
  name_prefix = "restore-"
  expires_in  = "3h"
  applying    = terraform.applying
}
