# The URL and the account are those of STONEBRANCH_BASE_URL, STONEBRANCH_USERNAME and
# STONEBRANCH_PASSWORD.
provider "opsaccess" {
  universal_controller = {}
}

# Never expires. Universal Controller gives a name back, so that it can be a fixed one.
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
