// Package foreman implements [pat.System] for Foreman's API v2, which Red Hat Satellite and
// orcharhino share.
//
// Foreman's "not found" has many causes, most of them a missing permission or an organization or
// location that hides the user. The package therefore proves absence (absence.go) before it reports a
// [pat.GoneError]. Foreman keeps the row of a revoked token, and never allows its name to be reused.
//
// The package sends no PUT, and never a login in a path: Foreman reads a path segment by its leading
// digits, so that the login 5abc would address user 5.
// its leading digits, so that the login 5abc would address user 5.
package foreman
