# The user may use web services, which a login with a token requires. Its password, its roles and all
# other properties stay as they are.
resource "opsaccess_universal_controller_user" "deploy" {
  username           = "svc.deploy"
  active             = true
  web_service_access = "Yes"
}

# user_id makes the token depend on the user, so that it is issued after the user gets access.
resource "opsaccess_personal_access_token" "deploy" {
  user_id     = opsaccess_universal_controller_user.deploy.id
  name_prefix = "deploy-"
  expires_in  = "90d"
  rotation    = { before_expiry = "14d" }
}
