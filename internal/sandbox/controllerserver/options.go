package controllerserver

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// The defaults of a server; see [Options].
const (
	// DefaultContext is the context path of the web application in a classic installation.
	DefaultContext = "/uc"
	// RootContext as [Options.Context] means no context path, as on the controllers that the vendor
	// hosts.
	RootContext = "/"

	// AdminUserName, AdminPassword and AdminSysID belong to the built-in administrator that every
	// server has.
	AdminUserName = "ops.admin"
	AdminPassword = "ops.admin"
	AdminSysID    = "e0bde364c0a802ba0092e79554132023"
)

// Options are the settings of a server; the zero value is a controller below [DefaultContext] in
// UTC.
type Options struct {
	// Context is the path that the server is mounted at; empty means [DefaultContext],
	// [RootContext] means none. Any path outside it is an HTML 404.
	Context string
	// Zone is the server's time zone. The server shows times in it, and the day of an expiration
	// begins and ends in it. nil means UTC.
	Zone *time.Location
	// FailedLoginLimit is how many failed Basic logins in a row lock an account; 0 means no limit.
	// Only [Server.UpdateUser] unlocks it.
	FailedLoginLimit int
	// Switches select between the ways in which a real server might behave.
	Switches Switches
	// Console holds the clock and the costs.
	Console sandbox.Options
}
