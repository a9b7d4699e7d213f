// Package consumers tests what those who use a token get to see of it: that a store which takes the
// secret by a write-only argument always has one that works.
package consumers
