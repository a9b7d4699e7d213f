variable "expires_in" {
  description = "Lifetime of the tokens: more than 11 days, because they rotate 10 days before they expire. Universal Controller rounds it up to a date."
  type        = string
  default     = "30d"
  nullable    = false
}
