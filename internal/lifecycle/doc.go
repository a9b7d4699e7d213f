// Package lifecycle makes the decisions about a token: its name, when it expires, and whether another
// must replace it. Its functions are pure; the caller passes the time.
package lifecycle
