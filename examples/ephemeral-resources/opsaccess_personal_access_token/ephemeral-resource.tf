# A token for the time of one apply. It is called terraform-<six characters>-1.
ephemeral "opsaccess_personal_access_token" "deploy" {
  username = "svc-deploy"
  applying = terraform.applying
}

# One for an apply that takes long. If nobody revokes it, it lives for three hours.
ephemeral "opsaccess_personal_access_token" "backup" {
  username    = "svc-backup"
  name_prefix = "restore-"
  expires_in  = "3h"
  applying    = terraform.applying
}
