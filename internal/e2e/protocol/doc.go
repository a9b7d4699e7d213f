// Package protocol tests the provider over the plugin protocol, with the calls that Terraform makes. It
// needs no CLI.
package protocol
