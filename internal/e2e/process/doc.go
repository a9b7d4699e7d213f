// Package process starts the provider as a process of a real CLI, as it is released, and ends
// the run in every way: what is ephemeral ends with it.
package process
