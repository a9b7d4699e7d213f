# On Universal Controller a token expires on a date. If the provider cannot revoke this token, it may
# work for a day or two.
ephemeral "opsaccess_personal_access_token" "scheduler" {
  username   = "svc.scheduler"
  expires_in = "1h"
  applying   = terraform.applying
}
