// Package process runs the released provider as a plugin of a real CLI and ends the run in every
// possible way: ephemeral tokens must end with it.
package process
