# Copy to tokens/backend.tf. The pipeline sets the TF_HTTP_ variables of this backend. Without a backend
# each run starts with an empty state and issues another token.
terraform {
  backend "http" {}
}
