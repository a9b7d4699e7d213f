# Copy to tokens/backend.tf. The pipeline has its settings, as TF_HTTP_ variables. Without a
# backend each run begins with an empty state, and issues another token.
terraform {
  backend "http" {}
}
