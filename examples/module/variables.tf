variable "username" {
  description = "The account that the consumer acts as. It has to exist."
  type        = string
  nullable    = false
}

variable "name" {
  description = "What the token is for, such as \"deploy\": its names begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "The name takes 2 to 32 of a-z, 0-9 and -, from a letter to a letter or digit."
  }
}

variable "expires_in" {
  description = "How long a token lives. There is none without an expiry: this limits what a leak costs."
  type        = string
  default     = "90d"
  nullable    = false
}

variable "before_expiry" {
  description = "How long before its expiry a token gets a successor: several times the interval of the runs, and the overlap."
  type        = string
  default     = "14d"
  nullable    = false
}

variable "overlap" {
  description = "How long a predecessor lives on while consumers move."
  type        = string
  default     = "48h"
  nullable    = false
}

variable "hold_if_used_within" {
  description = "A predecessor that was used within this time is not revoked yet. Null: by the overlap alone, as on Universal Controller."
  type        = string
  default     = null
}

variable "triggers" {
  description = "A changed value rotates the token, with its overlap."
  type        = map(string)
  default     = {}
  nullable    = false
}
