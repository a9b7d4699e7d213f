// Package rotation tests the rotation of tokens through a real CLI, over weeks of a clock that the test
// moves.
package rotation
