# On Universal Controller a token expires on a date. Should nobody revoke this one, it may
# work for a day or two.
ephemeral "opsaccess_personal_access_token" "scheduler" {
  username   = "svc.scheduler"
  expires_in = "1h"
  applying   = terraform.applying
}
