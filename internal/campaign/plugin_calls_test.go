package campaign

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

const (
	// tokensType is the data source that lists a user's tokens; the others show users.
	tokensType      = "opsaccess_personal_access_tokens"
	userType        = "opsaccess_user"
	usersType       = "opsaccess_users"
	currentUserType = "opsaccess_current_user"
)

// read reads a data source and returns its attributes; nil if it fails. A configuration whose arguments
// were unknown may not have been validated.
func (p *plugin) read(ctx context.Context, of string, set map[string]any, validates bool, s *said) map[string]tftypes.Value {
	schema := p.schemas.DataSourceSchemas[of].ValueType()
	before := len(s.errors)

	if validates {
		valid, err := p.server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: of, Config: dynamic(core.Value(schema, set)),
		})
		if s.add(diagnosticsOf(valid), err); len(s.errors) > before {
			return nil
		}
	}

	response, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: of, Config: dynamic(core.Value(schema, set)),
	})

	if s.add(diagnosticsOf(response), err); len(s.errors) > before {
		return nil
	}

	return decodeAs(response.State, schema, s)
}

// listed is a result of the list resource.
type listed struct{ name, server, userID, id string }

// identityType is the type of the resource's identity.
var identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"server": tftypes.String, "user_id": tftypes.String, "token": tftypes.String,
}}

// query runs the list resource. It also returns the results that preceded an error.
func (p *plugin) query(ctx context.Context, set map[string]any, limit int64, resources bool, s *said) (results []listed) {
	stream, err := p.server.ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: providertest.TokenType, Config: dynamic(core.Value(p.schemas.ListResourceSchemas[providertest.TokenType].ValueType(), set)),
		Limit: limit, IncludeResource: resources,
	})
	if err != nil {
		s.add(nil, err)

		return nil
	}

	for result := range stream.Results {
		s.add(result.Diagnostics, nil)

		if result.Identity == nil || result.Identity.IdentityData == nil {
			continue
		}

		name, _, _ := strings.Cut(result.DisplayName, " (")
		identity := decodeAs(result.Identity.IdentityData, identityType, s)
		found := listed{name: name, server: text(identity["server"]), userID: text(identity["user_id"]), id: text(identity["token"])}

		if resources {
			shown := decodeAs(result.Resource, p.schema().ValueType(), s)
			if found.name = text(shown["name"]); found.name != name {
				s.errors = append(s.errors, "the resource of "+name+" has the name "+found.name)
			}
		}

		results = append(results, found)
	}

	return results
}

// open opens the ephemeral resource and returns its attributes and private data.
func (p *plugin) open(ctx context.Context, set map[string]any, s *said) (opened map[string]tftypes.Value, private []byte) {
	schema := p.schemas.EphemeralResourceSchemas[providertest.TokenType].ValueType()

	response, err := p.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: providertest.TokenType, Config: dynamic(core.Value(schema, set)),
	})
	if s.add(diagnosticsOf(response), err); s.failed() {
		return nil, nil
	}

	return decodeAs(response.Result, schema, s), response.Private
}

// close closes the ephemeral resource with this private data.
func (p *plugin) close(ctx context.Context, private []byte, s *said) {
	response, err := p.server.CloseEphemeralResource(ctx, &tfprotov6.CloseEphemeralResourceRequest{
		TypeName: providertest.TokenType, Private: private,
	})

	s.add(diagnosticsOf(response), err)
}

// invoke plans and invokes the action and returns its progress messages. Like Terraform, it validates
// the values that are known when it plans, and validates nothing when it invokes.
func (p *plugin) invoke(ctx context.Context, plan, set map[string]any, s *said) (progress []string) {
	schema := p.schemas.ActionSchemas[providertest.RevokeType].Schema.ValueType()
	known, config := dynamic(core.Value(schema, plan)), dynamic(core.Value(schema, set))

	valid, err := p.server.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: providertest.RevokeType, Config: known})
	if s.add(diagnosticsOf(valid), err); s.failed() || p.gone() {
		return nil
	}

	planned, err := p.server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: providertest.RevokeType, Config: known})
	if s.add(diagnosticsOf(planned), err); s.failed() || p.gone() {
		return nil
	}

	stream, err := p.server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: providertest.RevokeType, Config: config})
	if err != nil {
		s.add(nil, err)

		return nil
	}

	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			s.add(event.Diagnostics, nil)
		}
	}

	return progress
}

// decodeAs returns the attributes of an encoded object.
func decodeAs(encoded *tfprotov6.DynamicValue, of tftypes.Type, s *said) map[string]tftypes.Value {
	value, err := encoded.Unmarshal(of)
	if err != nil {
		s.add(nil, err)

		return nil
	}

	return core.Members(value)
}
