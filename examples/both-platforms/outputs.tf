locals {
  tokens = {
    inventory = opsaccess_personal_access_token.inventory
    report    = opsaccess_personal_access_token.report
  }
}

output "tokens" {
  description = "The secrets. To read one: terraform output -json tokens | jq -r .report"
  value       = { for use, token in local.tokens : use => token.token }
  sensitive   = true
}

output "issued" {
  description = "The issued tokens and their servers."
  value = {
    for use, token in local.tokens : use => {
      platform   = token.platform
      server     = token.server
      user       = token.owner.username
      name       = token.current.name
      expires_at = token.current.expires_at
    }
  }
}
