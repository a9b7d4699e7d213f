package tokens

import (
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Engine carries out the operations on token resources, on one server. Each takes records and
// returns them with what the user has to know. It is safe for concurrent use.
//
// The zero value has no server: it plans as far as a plan needs none, and every other method
// needs one.
type Engine struct {
	Options

	issuer   *Issuer
	registry Registry
	// importWarned is true once an import has said what it cannot know.
	importWarned atomic.Bool
	// clockWarned is true once an operation has said that the runner's clock is wrong.
	clockWarned atomic.Bool
}

// Options are what an Engine works with.
type Options struct {
	// System is the server; nil while a setting that it needs is unknown.
	System pat.System
	// Direct is the same server, answering with what is so right now.
	Direct pat.System
	// Clock is the server's: what is due is decided by it, and expiries are counted from it.
	Clock *pat.Clock
	// Platforms are the traits of all platforms, by which an id of another one is told.
	Platforms []pat.Traits
	// Credential is the SHA-256 of the password or token that the provider logs in with, as
	// [Fingerprint] returns it.
	Credential string
	// MayBeToken is false where that is sure to be no personal access token.
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

// traits returns those of the platform. While it is not known, a plan that promises too
// much does no harm: the update refuses what the platform cannot do.
func (e *Engine) traits() pat.Traits {
	if e.System == nil {
		return pat.Traits{ReusableNames: true}
	}

	return e.System.Traits()
}
