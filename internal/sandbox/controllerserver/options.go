package controllerserver

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// What a fresh server has and how it is set; see [Options].
const (
	// DefaultContext is the web application's context of a classic installation.
	DefaultContext = "/uc"
	// RootContext as [Options.Context] is no context at all, as the vendor's hosted
	// controllers have it.
	RootContext = "/"

	// AdminUserName, AdminPassword and AdminSysID are the built-in administrator that
	// every server has.
	AdminUserName = "ops.admin"
	AdminPassword = "ops.admin"
	AdminSysID    = "e0bde364c0a802ba0092e79554132023"
)

// Options are a server's settings; the zero value is a controller below
// [DefaultContext] in UTC.
type Options struct {
	// Context is the path that the server is mounted at; empty is [DefaultContext],
	// [RootContext] is none. Outside it every path is an HTML 404.
	Context string
	// Zone is the server's time zone, in which it prints times and in which the day of
	// an expiration begins and ends; nil is UTC.
	Zone *time.Location
	// FailedLoginLimit is how many refused Basic logins in a row lock an account; 0 is
	// no limit. Only [Server.UpdateUser] unlocks it.
	FailedLoginLimit int
	// Switches choose between what a real server might do.
	Switches Switches
	// Console holds clock and costs.
	Console sandbox.Options
}
