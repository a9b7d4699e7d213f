// Package leak looks for secrets in everything that a run of a real CLI leaves behind: what it prints, logs,
// state and plans.
package leak
