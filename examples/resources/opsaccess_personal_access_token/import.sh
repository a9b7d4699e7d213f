# <username or user id>/<token id or name>
terraform import opsaccess_personal_access_token.deploy svc-deploy/42
terraform import opsaccess_personal_access_token.deploy 'svc-deploy/deploy pipeline'

# name= says that digits are the token's name and not its id.
terraform import opsaccess_personal_access_token.deploy svc-deploy/name=2031
