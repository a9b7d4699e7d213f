terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source = "opsaccess/opsaccess"
    }
  }
}

variable "gateway_client_secret" {
  description = "Secret with which the gateway in front of Foreman lets Terraform through."
  type        = string
  sensitive   = true
}

# A Foreman behind an identity-aware proxy, which requires headers of its own. Username and
# password come from FOREMAN_USERNAME and FOREMAN_PASSWORD.
provider "opsaccess" {
  foreman = {
    url = "https://foreman.example.com"
  }

  headers = {
    "CF-Access-Client-Id"     = "terraform.access"
    "CF-Access-Client-Secret" = var.gateway_client_secret
  }

  # The name in the server's certificate, where the URL has another.
  tls_server_name = "foreman.internal.example.com"
}
