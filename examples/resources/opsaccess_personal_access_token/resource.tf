# The token of a deployment pipeline. Its name is deploy-<series>-1, and its successor, issued 14
# days before it expires, is deploy-<series>-2.
resource "opsaccess_personal_access_token" "deploy" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
  expires_in  = "90d"

  rotation = {
    before_expiry = "14d"
    overlap       = "48h" # the old token keeps working while consumers switch over
    triggers      = {}    # to rotate at once, change a value here
  }
}

output "deploy_token" {
  description = "Read it with: terraform output -raw deploy_token"
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}
