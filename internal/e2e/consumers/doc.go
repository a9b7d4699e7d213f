// Package consumers tests rotation from a consumer's point of view: a secret store that takes the
// secret through a write-only argument always has a secret that works.
package consumers
