output "username" {
  description = "The account to log in as."
  value       = opsaccess_personal_access_token.deploy.owner.username
}

output "token" {
  description = "The secret, in place of the account's password."
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}

output "token_version" {
  description = "Changes with every secret, and never repeats. Null while the secret is not known."
  value       = opsaccess_personal_access_token.deploy.token_version
}
