variable "accounts" {
  description = "The accounts whose tokens are looked at."
  type        = set(string)
  default     = ["svc-backup", "svc-deploy"]
  nullable    = false
}

variable "expiry_warning" {
  description = <<-END
    How long before a token expires it is reported, in Terraform's own notation of durations. Less than
    `before_expiry` less `overlap` and one interval of the runs: then a token that rotates in time never is.
  END
  type        = string
  default     = "168h"
  nullable    = false
}

variable "unused_for" {
  description = "How long a token may go unused, such as `90d`. One that was never used counts from its creation."
  type        = string
  default     = "90d"
  nullable    = false
}
