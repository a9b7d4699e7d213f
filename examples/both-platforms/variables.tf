variable "expires_in" {
  description = "How long the tokens live. On Universal Controller it is rounded up to a date."
  type        = string
  default     = "30d"
  nullable    = false
}
