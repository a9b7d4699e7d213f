variable "consumers" {
  description = <<-END
    Who needs a token: its name, up to 100 characters, the account that it acts as, and how long it
    lives, which is rounded up to a date.
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
    a token stops working.
  END
  type        = string
  default     = "336h"
  nullable    = false
}
