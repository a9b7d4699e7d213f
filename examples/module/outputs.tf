output "username" {
  description = "The username to log in with."
  value       = opsaccess_personal_access_token.this.owner.username
}

output "token" {
  description = "The secret, which replaces the account's password."
  value       = opsaccess_personal_access_token.this.token
  sensitive   = true
}

output "token_version" {
  description = "The version for the write-only argument of a consumer: changes with every secret and never repeats. Null while the secret is unknown."
  value       = opsaccess_personal_access_token.this.token_version
}

output "name" {
  description = "The name of the live token."
  value       = opsaccess_personal_access_token.this.current.name
}

output "expires_at" {
  description = "When the live token expires."
  value       = opsaccess_personal_access_token.this.current.expires_at
}

output "rotate_at" {
  description = "When the live token becomes due: the next run issues its successor."
  value       = opsaccess_personal_access_token.this.current.rotate_at
}
