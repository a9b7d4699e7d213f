// Package pat is the domain: personal access tokens, the users who own them, and
// [System], what every platform must be able to do with both.
//
// It knows no HTTP and no Terraform, and imports nothing of the project. Drivers
// implement [System]; everything above speaks to a System and asks it for its
// [Traits], never which platform it is.
package pat
