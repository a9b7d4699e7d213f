output "username" {
  description = "The username to log in with."
  value       = opsaccess_personal_access_token.deploy.owner.username
}

output "token" {
  description = "The secret, which replaces the account's password."
  value       = opsaccess_personal_access_token.deploy.token
  sensitive   = true
}

output "token_version" {
  description = "Changes with every secret and never repeats. Null while the secret is unknown."
  value       = opsaccess_personal_access_token.deploy.token_version
}
