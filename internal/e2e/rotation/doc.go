// Package rotation tests the rotation of tokens through a real CLI, over weeks of simulated time.
package rotation
