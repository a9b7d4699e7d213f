output "username" {
  description = "The account to log in as."
  value       = opsaccess_personal_access_token.deploy.owner.username
}

output "token" {
  description = "The secret, in place of the account's password."
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}

output "generation" {
  description = "Goes up with each token."
  value       = opsaccess_personal_access_token.deploy.generation
}
