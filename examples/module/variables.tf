variable "username" {
  description = "The account of the consumer. It must exist."
  type        = string
  nullable    = false
}

variable "name" {
  description = "The purpose of the token, such as \"deploy\". The names of its tokens begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "The name must have 2 to 32 characters of a-z, 0-9 and -, begin with a letter, and end with a letter or digit."
  }
}

variable "expires_in" {
  description = "The lifetime of a token. Every token expires, which limits the damage of a leak."
  type        = string
  default     = "90d"
  nullable    = false
}

variable "before_expiry" {
  description = "How long before its expiry a token gets a successor: the overlap plus several intervals of the runs."
  type        = string
  default     = "14d"
  nullable    = false
}

variable "overlap" {
  description = "How long a predecessor keeps working while consumers switch over."
  type        = string
  default     = "48h"
  nullable    = false
}

variable "hold_if_used_within" {
  description = "Keeps a predecessor that was used within this time. Null: the overlap alone decides, as it must on Universal Controller."
  type        = string
  default     = null
}

variable "triggers" {
  description = "A changed value rotates the token, with its overlap."
  type        = map(string)
  default     = {}
  nullable    = false
}
