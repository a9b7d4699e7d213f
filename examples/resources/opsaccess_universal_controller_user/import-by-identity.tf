import {
  to = opsaccess_universal_controller_user.deploy
  identity = {
    user_id = "3de4c72e27c94d4aa840bffcbd7509ca"
  }
}
