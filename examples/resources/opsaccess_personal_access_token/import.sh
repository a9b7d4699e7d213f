# <username or user id>/<token id or name>
terraform import opsaccess_personal_access_token.deploy svc-deploy/42
terraform import opsaccess_personal_access_token.deploy 'svc-deploy/deploy pipeline'

# name= marks digits as the token's name instead of its id.
terraform import opsaccess_personal_access_token.deploy svc-deploy/name=2031
