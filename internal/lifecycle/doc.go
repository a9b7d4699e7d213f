// Package lifecycle decides what becomes of a token: what it is called, when it
// expires, whether another must take its place. Its functions are pure; whoever calls
// them brings the clock.
package lifecycle
