package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/coalesce"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/users"
)

// Configured is what a configured provider passes to its resources, data sources and other
// constructs.
type Configured struct {
	// System serves many reads with one listing. It is nil while a setting that it requires is
	// unknown or missing.
	System pat.System
	// Direct is the same server without shared listings, for reads that must be current.
	Direct pat.System
	// Engine carries out the operations of token resources.
	Engine *tokens.Engine
	// UserEngine carries out the operations of resources that modify users.
	UserEngine *users.Engine
	// Leases are the open ephemeral resources of this process.
	Leases *tokens.Leases

	unready
}

// Model is the provider's configuration.
type Model struct {
	Blocks
	connectionModel
}

// Process is what all configurations of a provider share.
type Process struct {
	// Version is the provider's version, for the User-Agent.
	Version string
	// Runner is the clock of this machine.
	Runner pat.Runner
	// RetryWait is the longest wait between two attempts of a request; 0 means the default.
	RetryWait time.Duration
	// Leases are the open ephemeral resources of all configurations.
	Leases tokens.Leases
}

// Open creates the System that the configuration describes.
func (p *Process) Open(ctx context.Context, model Model, terraformVersion string, diags *diag.Diagnostics) *Configured {
	userAgent := fmt.Sprintf("terraform-provider-opsaccess/%s (terraform %s)", p.Version, terraformVersion)

	connection := model.connection(userAgent, diags)
	connection.options.Clock = pat.NewClock(p.Runner)
	connection.options.RetryWaitMax = p.RetryWait

	var opened openedSystem

	if platform, ok := chooseConfigured(model.Blocks, &opened.missing, diags); ok {
		var d diag.Diagnostics

		opened, d = platform.open(ctx, *model.of(platform.name), connection)
		diags.Append(d...)
	}

	if diags.HasError() {
		return nil
	}

	slices.Sort(opened.unknown)

	c := &Configured{Direct: opened.system, Leases: &p.Leases, unready: opened.unready}

	if opened.system != nil {
		c.System = coalesce.New(opened.system)
	}

	c.UserEngine = users.NewEngine(c.System)
	c.Engine = tokens.NewEngine(tokens.Options{
		System: c.System, Direct: c.Direct, Clock: connection.options.Clock, Platforms: allTraits(),
		Credential: tokens.Fingerprint(opened.credential), MayBeToken: opened.mayBeToken,
	})

	return c
}

// Configure returns the provider data that the framework passes to a construct; nil before the
// provider is configured.
func Configure(data any, diags *diag.Diagnostics) *Configured {
	if data == nil {
		return nil
	}

	c, ok := data.(*Configured)
	if !ok {
		diags.AddError("The provider is not configured", fmt.Sprintf(
			"It handed over a %T. Please report this as a bug, with what you ran.", data))
	}

	return c
}

// Complete reports whether all required settings are set, and adds an error for each missing one.
// Plans call it, because the settings may be unknown then, but must be set.
func (c *Configured) Complete(diags *diag.Diagnostics) bool {
	if c == nil {
		return true
	}

	diags.Append(c.missing...)

	return len(c.missing) == 0
}

// Ready reports whether there is a server to send requests to, and adds an error if there is none.
func (c *Configured) Ready(diags *diag.Diagnostics) bool {
	switch {
	case c == nil:
		diags.AddError("The provider is not configured", "It was asked for before Terraform configured it. Please report this as a bug, with what you ran.")
	case !c.Complete(diags):
	case c.System == nil:
		c.addUnknown(diags)
	default:
		return true
	}

	return false
}

// Tokens returns the token engine. Before the provider is configured, it returns an engine without
// a server.
func (c *Configured) Tokens() *tokens.Engine {
	if c == nil {
		return &tokens.Engine{}
	}

	return c.Engine
}

// Users returns the engine that modifies users. Before the provider is configured, it returns an
// engine without a server.
func (c *Configured) Users() *users.Engine {
	if c == nil {
		return &users.Engine{}
	}

	return c.UserEngine
}

// OtherUsers says what to use instead of this provider to modify users of the configured platform.
func (c *Configured) OtherUsers() string {
	traits := c.System.Traits()

	for _, p := range allPlatforms {
		if p.name == traits.Platform {
			return p.otherUsers
		}
	}

	return ""
}

// Listing returns the native query of a list on the configured platform, and reports parameters of
// another platform.
func (c *Configured) Listing(ctx context.Context, listings Listings, diags *diag.Diagnostics) any {
	traits := c.System.Traits()
	refuseForeign(listings, traits, diags)

	for _, p := range allPlatforms {
		if p.name == traits.Platform && p.query != nil {
			native, d := p.query(ctx, listings.of(p.name))
			diags.Append(d...)

			return native
		}
	}

	return nil
}

func (c *Configured) addUnknown(diags *diag.Diagnostics) {
	diags.AddError("The provider's configuration is not known yet", fmt.Sprintf(
		"The server is needed here, and %s will be known only after apply.\n\n"+
			"For a token that another configuration of this provider issues, use the ephemeral resource "+
			"`opsaccess_personal_access_token`: its `token` is known in the same run. Otherwise apply what the values "+
			"come from first: `terraform apply -target=…`.", strings.Join(c.unknown, ", ")))
}
