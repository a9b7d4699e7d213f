// Package property sets each argument of each construct to each value of its domain, over the plugin
// protocol and in the order in which Terraform's core calls a provider.
package property
