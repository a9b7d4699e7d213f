# The URL and the account come from STONEBRANCH_BASE_URL, STONEBRANCH_USERNAME and
# STONEBRANCH_PASSWORD.
provider "opsaccess" {
  universal_controller = {}
}

# Never expires. The name can be fixed, because Universal Controller allows a name to be reused.
resource "opsaccess_personal_access_token" "monitoring" {
  user_id = data.opsaccess_user.deploy.id
  name    = "monitoring"
}

data "opsaccess_users" "all" {
  show_tokens = true

  depends_on = [
    opsaccess_personal_access_token.pipeline,
    opsaccess_personal_access_token.monitoring,
  ]
}

output "users" {
  value = [for user in data.opsaccess_users.all.users : {
    username = user.username
    active   = user.universal_controller.active
    tokens   = length(user.tokens)
  }]
}
