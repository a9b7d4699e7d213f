# <username or user id>
terraform import opsaccess_universal_controller_user.deploy svc.deploy
terraform import opsaccess_universal_controller_user.deploy 3de4c72e27c94d4aa840bffcbd7509ca
