variable "organization_id" {
  description = "The organization to work in."
  type        = number
  default     = 1
}

# The URL and the account come from FOREMAN_SERVER_URL, FOREMAN_USERNAME and FOREMAN_PASSWORD.
provider "opsaccess" {
  foreman = {
    organization_id = var.organization_id
  }
}

# Never expires.
resource "opsaccess_personal_access_token" "monitoring" {
  user_id     = data.opsaccess_user.deploy.id
  name_prefix = "monitoring-"
}
