package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/coalesce"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// configured is what a configured provider hands to its constructs.
type configured struct {
	// system makes one listing of many reads. It is nil while a value that it needs is
	// unknown.
	system pat.System
	// direct is the same server without that, for what must be as it is right now.
	direct  pat.System
	issuer  *issuer.Issuer
	now     func() time.Time
	unknown []string

	// credential is the SHA-256 of the password or token that the provider logs in with.
	credential string
	// mayBeToken is false where that is sure to be no token.
	mayBeToken bool

	// managed are the tokens that this process has met as the live ones of resources, and read
	// those of them that it has read.
	managed issuer.Managed
	read    keySet
	// series are the resources that this process has met in plans.
	series seriesClaims

	// importWarned is true once an import has said what it cannot know.
	importWarned atomic.Bool

	// tokens are what is open of ephemeral resources in this process.
	tokens *openTokens
}

// open makes the System that the configuration describes.
func (p *opsaccessProvider) open(
	ctx context.Context, model providerModel, terraformVersion string, diags *diag.Diagnostics,
) *configured {
	platform, ok := choose(model.platformBlocks, diags)
	if !ok {
		return nil
	}

	userAgent := fmt.Sprintf("terraform-provider-opsaccess/%s (terraform %s)", p.version, terraformVersion)

	connection := model.connection(userAgent, p.now, diags)
	connection.options.RetryWaitMax = p.retryWait

	opened, d := platform.open(ctx, *model.of(platform.name), connection)
	diags.Append(d...)

	if diags.HasError() {
		return nil
	}

	c := &configured{
		direct: opened.system, now: p.now, unknown: slices.Sorted(slices.Values(opened.unknown)), tokens: &p.tokens,
	}
	c.credential, c.mayBeToken = fingerprint(opened.credential), opened.mayBeToken

	if opened.system != nil {
		c.system = coalesced(opened.system)
		c.issuer = issuer.New(c.system, p.now, &c.managed)
	}

	return c
}

// coalescing is set to "off" by the benchmark's build alone, to measure what it saves.
var coalescing = "on"

// coalesced returns the System with its reads put together.
func coalesced(system pat.System) pat.System {
	if coalescing == "off" {
		return system
	}

	return coalesce.New(system)
}

// ready says whether there is a server to ask, and reports if there is not.
func (c *configured) ready(diags *diag.Diagnostics) bool {
	switch {
	case c == nil:
		diags.AddError("The provider is not configured", "It was asked for before Terraform configured it. Please report this as a bug, with what you ran.")
	case c.system == nil:
		diags.AddError("The provider's configuration is not known yet", fmt.Sprintf(
			"The server is needed here, and %s will be known only after apply. Apply what the values come from "+
				"first: `terraform apply -target=…`.", strings.Join(c.unknown, ", ")))
	default:
		return true
	}

	return false
}

// configure takes what the provider handed over, nil before the provider is
// configured.
func configure(data any, diags *diag.Diagnostics) *configured {
	if data == nil {
		return nil
	}

	c, ok := data.(*configured)
	if !ok {
		diags.AddError("The provider is not configured", fmt.Sprintf(
			"It handed over a %T. Please report this as a bug, with what you ran.", data))
	}

	return c
}

// keySet is a set of tokens, safe for concurrent use. The zero value is empty.
type keySet struct{ keys sync.Map }

func (s *keySet) add(key pat.Key) { s.keys.Store(key, true) }

func (s *keySet) has(key pat.Key) bool {
	_, ok := s.keys.Load(key)

	return ok
}
