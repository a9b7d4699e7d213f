// Package pat is the domain: personal access tokens, the users who own them, and [System], the
// operations on both that every platform must support.
//
// It contains neither HTTP nor Terraform, and imports no other package of the project. Drivers
// implement [System]. All other packages use a System and its [Traits], and never check which
// platform it is.
package pat
