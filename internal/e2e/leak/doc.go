// Package leak searches for secrets in everything that a run of a real CLI leaves behind: output, logs,
// states and plans.
package leak
