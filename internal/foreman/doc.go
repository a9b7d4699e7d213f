// Package foreman is a [pat.System] over Foreman's API v2, which Red Hat Satellite
// and orcharhino share.
//
// What Foreman says is taken at its word only where its word can be trusted. "Not
// found" has many causes there, most of them a missing permission or a context that
// hides the user, so absence is proved (absence.go) before it is reported as a
// [pat.GoneError]. Revoking keeps the row and burns its name for ever.
//
// The package sends no PUT and never a login in a path: Foreman reads a path segment by
// its leading digits, so that the login 5abc would address user 5.
package foreman
