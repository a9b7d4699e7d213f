output "tokens" {
  description = "The secrets. To read one: terraform output -json tokens | jq -r '.\"deploy pipeline\"'"
  value       = { for name, token in opsaccess_personal_access_token.ci : name => token.token }
  sensitive   = true
}

output "expiries" {
  description = "The date on which each token expires."
  value = {
    for name, token in opsaccess_personal_access_token.ci :
    name => token.current.expires_at == null ? "never" : formatdate("YYYY-MM-DD", token.current.expires_at)
  }
}
