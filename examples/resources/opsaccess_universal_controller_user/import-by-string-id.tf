import {
  to = opsaccess_universal_controller_user.deploy
  id = "svc.deploy"
}
