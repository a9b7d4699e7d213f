import {
  to = opsaccess_personal_access_token.deploy
  id = "svc-deploy/42"
}
