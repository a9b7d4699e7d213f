output "tokens" {
  description = "The secrets. One of them: terraform output -json tokens | jq -r .deploy"
  value       = { for name, token in opsaccess_personal_access_token.ci : name => token.token }
  sensitive   = true
}

output "expiries" {
  description = "When each token expires."
  value       = { for name, token in opsaccess_personal_access_token.ci : name => token.current.expires_at }
}
