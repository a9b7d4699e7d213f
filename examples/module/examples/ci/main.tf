terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

provider "opsaccess" {}

module "ci" {
  source   = "../.."
  for_each = { deploy = "svc-deploy", jenkins = "svc-jenkins" }

  name     = each.key
  username = each.value
}

output "tokens" {
  description = "The secrets. To read one: terraform output -json tokens | jq -r .deploy"
  value       = { for name, token in module.ci : name => token.token }
  sensitive   = true
}
