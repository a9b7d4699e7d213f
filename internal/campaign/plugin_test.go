package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// schemas returns the provider's schemas.
var schemas = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New("campaign")())()
	if err != nil {
		return nil, err
	}

	return server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})

// plugin is a provider in a simulated process, which is called over the plugin protocol.
type plugin struct {
	*process

	server  providertest.ProtocolServer
	stop    func() error
	schemas *tfprotov6.GetProviderSchemaResponse
	config  tftypes.Value
}

// change is the planned change of a resource.
type change struct {
	prior   *instance // nil if the resource does not exist
	config  tftypes.Value
	planned tftypes.Value // null for a destroy

	private  []byte
	identity *tfprotov6.ResourceIdentityData
	// replaces is set if the resource is destroyed and then created according to planned.
	replaces bool
}

// said collects diagnostics. errors holds those with severity error.
type said struct {
	errors, warnings []string
	// bugs are the errors that Terraform would report as provider bugs. They are also in errors.
	bugs []string
}

// contradicts records errors that Terraform would report as provider bugs.
func (s *said) contradicts(what string, differences ...string) {
	for _, difference := range differences {
		text := what + ": " + difference
		s.errors, s.bugs = append(s.errors, text), append(s.bugs, text)
	}
}

// append adds the diagnostics of a part.
func (s *said) append(part said) {
	s.errors, s.warnings, s.bugs = append(s.errors, part.errors...), append(s.warnings, part.warnings...), append(s.bugs, part.bugs...)
}

func (s *said) add(diagnostics []*tfprotov6.Diagnostic, err error) {
	if err != nil {
		s.errors = append(s.errors, err.Error())
	}

	for _, d := range diagnostics {
		if text := d.Summary + ": " + d.Detail; d.Severity == tfprotov6.DiagnosticSeverityError {
			s.errors = append(s.errors, text)
		} else {
			s.warnings = append(s.warnings, text)
		}
	}
}

func (s *said) failed() bool { return len(s.errors) > 0 }

func (s *said) String() string {
	return strings.Join(slices.Concat(s.errors, s.warnings), "\n")
}

// startPlugin starts a provider and does not configure it yet.
func startPlugin(p *process, block map[string]any) (*plugin, error) {
	all, err := schemas()
	if err != nil {
		return nil, err
	}

	surroundings := provider.Surroundings{Runner: p.machine.runner(), RetryWait: time.Millisecond}

	started := provider.NewPluginIn(surroundings, p.name)

	serves, ok := started.Server().(providertest.ProtocolServer)
	if !ok {
		return nil, errors.New("the provider does not serve list resources and actions")
	}

	return &plugin{
		process: p, server: serves, stop: started.Stop, schemas: all, config: core.Value(all.Provider.ValueType(), block),
	}, nil
}

// configure configures the provider.
func (p *plugin) configure(ctx context.Context, s *said) {
	response, err := p.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(p.config), TerraformVersion: "1.11.4",
	})

	s.add(diagnosticsOf(response), err)
}

// schema returns the schema of the token resource.
func (p *plugin) schema() *tfprotov6.Schema { return p.schemas.ResourceSchemas[providertest.TokenType] }

// refresh reads a resource.
func (p *plugin) refresh(ctx context.Context, old *instance, s *said) *instance {
	response, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: providertest.TokenType, CurrentState: dynamic(old.value), Private: old.private, CurrentIdentity: old.identity,
	})
	if err != nil {
		s.add(nil, err)

		return old
	}

	before := len(s.errors)

	if s.add(response.Diagnostics, nil); len(s.errors) > before {
		return old
	}

	if response.NewIdentity == nil {
		s.contradicts("Missing Resource Identity After Read", "the identity is missing")
	}

	return &instance{
		value: p.decode(response.NewState, s), private: response.Private, identity: response.NewIdentity, tainted: old.tainted,
	}
}

// plan validates a configuration and plans the resource; nil if there is nothing to do. A null
// configuration means a destroy.
func (p *plugin) plan(ctx context.Context, prior *instance, config tftypes.Value, s *said) *change {
	if config.IsNull() {
		response, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: providertest.TokenType, PriorState: dynamic(prior.value), ProposedNewState: dynamic(config), Config: dynamic(config),
			PriorPrivate: prior.private, PriorIdentity: prior.identity,
		})
		if s.add(diagnosticsOf(response), err); err != nil || s.failed() {
			return nil
		}

		return &change{prior: prior, config: config, planned: config, private: response.PlannedPrivate, identity: prior.identity}
	}

	valid, err := p.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: providertest.TokenType, Config: dynamic(config)})
	if s.add(diagnosticsOf(valid), err); s.failed() {
		return nil
	}

	c := &change{prior: prior, config: config, replaces: prior != nil && prior.tainted}

	for {
		from := &instance{value: tftypes.NewValue(config.Type(), nil)}
		if prior != nil && !c.replaces {
			from = prior
		}

		response, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: providertest.TokenType, PriorState: dynamic(from.value), Config: dynamic(config),
			ProposedNewState: dynamic(core.Proposed(p.schema(), config, from.value)),
			PriorPrivate:     from.private, PriorIdentity: from.identity,
		})

		if s.add(diagnosticsOf(response), err); err != nil || s.failed() {
			return nil
		}

		if len(response.RequiresReplace) > 0 && !c.replaces {
			c.replaces = true

			continue
		}

		c.planned = p.decode(response.PlannedState, s)
		c.private, c.identity = response.PlannedPrivate, response.PlannedIdentity

		s.contradicts("Provider produced invalid plan", core.InvalidPlan(p.schema(), c.planned, config, from.value)...)

		if !c.replaces && prior != nil && c.planned.Equal(prior.value) {
			return nil
		}

		return c
	}
}

// apply applies a planned change and returns the new instance; nil if the resource does not exist any
// more.
func (p *plugin) apply(ctx context.Context, c *change, s *said) *instance {
	from := c.prior
	if from == nil {
		from = &instance{value: tftypes.NewValue(p.schema().ValueType(), nil)}
	}

	response, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: dynamic(from.value), PlannedState: dynamic(c.planned), Config: dynamic(c.config),
		PlannedPrivate: c.private, PlannedIdentity: c.identity,
	})
	if err != nil {
		s.add(nil, err)

		return c.prior
	}

	before := len(s.errors)
	s.add(response.Diagnostics, nil)
	failed := len(s.errors) > before

	value := p.decode(response.NewState, s)

	switch {
	case value.IsNull():
		return nil
	case !value.IsFullyKnown():
		s.contradicts("Provider returned invalid result object after apply", "an attribute is unknown")
	case !failed:
		s.contradicts("Provider produced inconsistent result after apply", core.Misfits(c.planned, value, "")...)
	}

	return &instance{value: value, private: response.Private, identity: response.NewIdentity, tainted: failed && c.prior == nil}
}

func (p *plugin) decode(encoded *tfprotov6.DynamicValue, s *said) tftypes.Value {
	value, err := encoded.Unmarshal(p.schema().ValueType())
	if err != nil {
		s.add(nil, err)
	}

	return value
}

func dynamic(value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		panic(fmt.Sprintf("campaign: cannot encode a value: %v", err))
	}

	return &encoded
}

// diagnosticsOf returns the diagnostics of a response.
func diagnosticsOf(response any) []*tfprotov6.Diagnostic {
	switch response := response.(type) {
	case *tfprotov6.ConfigureProviderResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.ValidateResourceConfigResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.ValidateDataResourceConfigResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.PlanResourceChangeResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.ReadDataSourceResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.OpenEphemeralResourceResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.CloseEphemeralResourceResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.ValidateActionConfigResponse:
		if response != nil {
			return response.Diagnostics
		}
	case *tfprotov6.PlanActionResponse:
		if response != nil {
			return response.Diagnostics
		}
	}

	return nil
}
