output "tokens" {
  description = "The secrets. To read one: terraform output -json tokens | jq -r .deploy"
  value       = { for name, token in opsaccess_personal_access_token.ci : name => token.token }
  sensitive   = true
}

output "expiries" {
  description = "The expiry of each token."
  value       = { for name, token in opsaccess_personal_access_token.ci : name => token.current.expires_at }
}
