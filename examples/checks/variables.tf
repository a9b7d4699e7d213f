variable "accounts" {
  description = "The accounts whose tokens to check."
  type        = set(string)
  default     = ["svc-backup", "svc-deploy"]
  nullable    = false
}

variable "expiry_warning" {
  description = <<-END
    How long before its expiry to report a token, as a duration of Terraform such as `168h`. If it is shorter than
    `before_expiry` less `overlap` and less one interval of the runs, a token that rotates in time is never reported.
  END
  type        = string
  default     = "168h"
  nullable    = false
}

variable "unused_for" {
  description = "How long a token can be unused before it is reported, such as `90d`. For a token that was never used, this counts from its creation."
  type        = string
  default     = "90d"
  nullable    = false
}
