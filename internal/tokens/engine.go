package tokens

import (
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Engine carries out the operations on token resources of one server. Each operation takes records
// and returns them together with notices for the user. It is safe for concurrent use.
//
// The zero value has no server: it plans what can be planned without one. All other methods need a
// server.
type Engine struct {
	Options

	issuer   *Issuer
	registry Registry
	// importWarned is true once an import has warned that the secret is not known.
	importWarned atomic.Bool
	// clockWarned is true once an operation has warned that the runner's clock is wrong.
	clockWarned atomic.Bool
}

// Options configure an Engine.
type Options struct {
	// System is the server; nil while a setting that it needs is unknown.
	System pat.System
	// Direct is the same server without shared or recorded responses: its results are current.
	Direct pat.System
	// Clock is the server's clock, which decides what is due and from which expiries are computed.
	Clock *pat.Clock
	// Platforms are the traits of all platforms, to recognize a user id of another platform.
	Platforms []pat.Traits
	// Credential is the SHA-256 of the password or token that the provider logs in with, as
	// [Fingerprint] returns it.
	Credential string
	// MayBeToken is false if the credential is certainly not a personal access token.
	MayBeToken bool
}

// NewEngine returns an Engine.
func NewEngine(options Options) *Engine {
	e := &Engine{Options: options}
	if options.System != nil {
		e.issuer = NewIssuer(options.System, options.Clock, &e.registry)
	}

	return e
}

// traits returns the traits of the platform. While the platform is not known, a plan that promises
// too much does no harm, because the update refuses what the platform cannot do.
func (e *Engine) traits() pat.Traits {
	if e.System == nil {
		return pat.Traits{ReusableNames: true}
	}

	return e.System.Traits()
}
