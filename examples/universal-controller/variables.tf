variable "consumers" {
  description = <<-END
    Who needs a token: what its name begins with, the account that it acts as, and how long it lives, which
    is rounded up to a date and is more than 15 days.
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
    How long before the date on which a token expires a plan begins to warn, in Terraform's own notation
    of durations. Leave two days at least: Universal Controller does not tell at which moment of the date
    a token stops working. Less than `before_expiry` less `overlap` and one interval of the runs: then a
    token that rotates in time never is reported.
  END
  type        = string
  default     = "168h"
  nullable    = false
}
