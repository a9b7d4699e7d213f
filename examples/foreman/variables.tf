variable "consumers" {
  description = "Who needs a token: a name, the Foreman account that it acts as, and how long the token lives, which is more than 14 days."
  type = map(object({
    username   = string
    expires_in = optional(string, "90d")
  }))
  nullable = false

  default = {
    deploy  = { username = "svc-deploy" }
    jenkins = { username = "svc-jenkins", expires_in = "30d" }
  }
}

variable "expiry_warning" {
  description = <<-END
    How long before a token expires a plan begins to warn, in Terraform's own notation of durations. Less than
    `before_expiry` less `overlap` and one interval of the runs: then a token that rotates in time never is reported.
  END
  type        = string
  default     = "168h"
  nullable    = false
}
