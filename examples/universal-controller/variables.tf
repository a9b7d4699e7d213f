variable "consumers" {
  description = <<-END
    The consumers by the prefix of their token's name, each with its account and the lifetime of its token. The lifetime
    must be more than 15 days and is rounded up to a date.
  END
  type = map(object({
    username   = string
    expires_in = optional(string, "90d")
  }))
  nullable = false

  default = {
    "deploy pipeline"  = { username = "svc.deploy" }
    "reports, monthly" = { username = "svc.reports", expires_in = "35d" }
  }
}

variable "expiry_warning" {
  description = <<-END
    How long before the date on which a token expires plans warn, as a duration of Terraform such as `168h`. Use at least
    two days, because Universal Controller does not show at which moment of the date a token stops working. If it is
    shorter than `before_expiry` less `overlap` and less one interval of the runs, a token that rotates in time is never
    reported.
  END
  type        = string
  default     = "168h"
  nullable    = false
}
