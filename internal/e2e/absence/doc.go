// Package absence tests that the provider drops a token from state only with proof that it is gone,
// through a real CLI and against servers that respond with anything but that proof.
package absence
