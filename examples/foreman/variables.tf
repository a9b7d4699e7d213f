variable "consumers" {
  description = "Who needs a token: a name, the Foreman account that it acts as, and how long the token lives."
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
  description = "How long before a token expires a plan begins to warn, in Terraform's own notation of durations."
  type        = string
  default     = "336h"
  nullable    = false
}
