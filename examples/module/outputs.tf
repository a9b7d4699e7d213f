output "username" {
  description = "The account to log in as."
  value       = opsaccess_personal_access_token.this.owner.username
}

output "token" {
  description = "The secret, in place of the account's password."
  value       = opsaccess_personal_access_token.this.token
  sensitive   = true
}

output "token_version" {
  description = "The version for a consumer's write-only argument: changes with every secret, and never repeats. Null while the secret is not known."
  value       = opsaccess_personal_access_token.this.token_version
}

output "name" {
  description = "What the server calls the token."
  value       = opsaccess_personal_access_token.this.current.name
}

output "expires_at" {
  description = "When it expires by itself."
  value       = opsaccess_personal_access_token.this.current.expires_at
}

output "rotate_at" {
  description = "When it gets its successor, by the first run from then on."
  value       = opsaccess_personal_access_token.this.current.rotate_at
}
