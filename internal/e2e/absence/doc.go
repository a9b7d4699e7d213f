// Package absence tests that the provider drops a token from state only with proof that the token does
// not exist any more, through a real CLI and against servers whose responses are no such proof.
package absence
