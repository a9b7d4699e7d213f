variable "consumers" {
  description = "The consumers by name, each with its Foreman account and the lifetime of its token, which must be more than 14 days."
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
    How long before the expiry of a token plans warn, as a duration of Terraform such as `168h`. If it is shorter than
    `before_expiry` less `overlap` and less one interval of the runs, a token that rotates in time is never reported.
  END
  type        = string
  default     = "168h"
  nullable    = false
}
