# In an incident: terraform apply -var compromised=true locks the user and revokes the token.
variable "compromised" {
  type    = bool
  default = false
}

resource "opsaccess_universal_controller_user" "reports" {
  username   = "svc.reports"
  locked_out = var.compromised
}

resource "opsaccess_personal_access_token" "reports" {
  count = var.compromised ? 0 : 1

  username    = "svc.reports" # not a reference: Terraform then locks and revokes independently
  name_prefix = "reports-"
  expires_in  = "90d"
  rotation    = { before_expiry = "14d" }
}
