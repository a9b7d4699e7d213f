terraform {
  required_version = ">= 1.11"

  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 0.1"
    }
  }
}

variable "gateway_client_secret" {
  description = "Secret that the gateway in front of Foreman requires from Terraform."
  type        = string
  sensitive   = true
}

# Foreman behind an identity-aware proxy that requires additional headers. The username and password come
# from FOREMAN_USERNAME and FOREMAN_PASSWORD.
provider "opsaccess" {
  foreman = {
    url = "https://foreman.example.com"
  }

  headers = {
    "CF-Access-Client-Id"     = "terraform.access"
    "CF-Access-Client-Secret" = var.gateway_client_secret
  }

  # The name in the server's certificate, if it differs from the host of the URL.
  tls_server_name = "foreman.internal.example.com"
}
