# Copy to tokens/backend.tf. Without a backend each run starts with an empty state and issues another
# token.
terraform {
  backend "s3" {
    bucket       = "example-terraform-state"
    key          = "tokens/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/terraform-state"
    use_lockfile = true
  }
}
