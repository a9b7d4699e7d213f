import {
  to = opsaccess_personal_access_token.deploy
  identity = {
    user_id = "7"
    token   = "42"
  }
}
