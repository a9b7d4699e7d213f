variable "expires_in" {
  description = "How long the tokens live: more than 11 days, for they rotate 10 days before. On Universal Controller it is rounded up to a date."
  type        = string
  default     = "30d"
  nullable    = false
}
