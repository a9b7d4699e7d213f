package protocol

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// argumentScene is a server with a user who has four live tokens, and a provider for it.
type argumentScene struct {
	*providertest.Sandbox
	user    providertest.Account
	server  providertest.ProtocolServer
	schemas map[string]*tfprotov6.Schema
	// fresh is the plan of a new token with the argument unknown, and standing that of an existing
	// token. They apply to all values, until the existing token changes.
	fresh, standing *unknownPlan
}

// unknownPlan is a state, and a plan from it with an unknown argument.
type unknownPlan struct {
	prior   *tfprotov6.DynamicValue
	planned *tfprotov6.PlanResourceChangeResponse
}

func newArgumentScene(t *testing.T, s *providertest.Sandbox) *argumentScene {
	t.Helper()

	return &argumentScene{Sandbox: s, user: seedLeaked(t, s), server: s.Admin(t), schemas: providertest.Schemas(t)}
}

// used is the result of using a configuration.
type used struct {
	stage  string
	errors []*tfprotov6.Diagnostic
	// found and all say how many of the objects the configuration selects; all is 0 if it does not
	// select objects.
	found, all int
	// changed says that a token was issued or revoked.
	changed bool
}

// expect compares the result with the expected effect.
func (u used) expect(t *testing.T, where, argument string, want effect) {
	t.Helper()

	named := slices.ContainsFunc(u.errors, func(d *tfprotov6.Diagnostic) bool {
		return strings.Contains(d.Attribute.String(), pathOf(argument)) ||
			strings.Contains(d.Summary+d.Detail, strings.Split(argument, ".")[strings.Count(argument, ".")]) ||
			strings.Contains(d.Detail, "in the past")
	})

	var texts []string
	for _, d := range u.errors {
		texts = append(texts, d.Attribute.String()+" "+d.Summary+": "+d.Detail)
	}

	switch failed := len(u.errors) > 0; {
	case failed && u.changed:
		t.Errorf("%s: something was changed before the error %q", where, texts)
	case want == refused && !named:
		t.Errorf("%s: got %q and %d of %d objects, want an error that names %s", where, texts, u.found, u.all, argument)
	case want == narrows && (failed || u.found >= u.all):
		t.Errorf("%s: got %q and %d of %d objects, want fewer", where, texts, u.found, u.all)
	case want == accepted && failed:
		t.Errorf("%s: got %q, want no error", where, texts)
	}
}

// pathOf returns the path of an attribute, as a diagnostic has it.
func pathOf(argument string) string {
	path := tftypes.NewAttributePath()
	for name := range strings.SplitSeq(argument, ".") {
		path = path.WithAttributeName(name)
	}

	return path.String()
}

// setArgument sets an argument by its path.
func setArgument(set map[string]any, argument string, value any) {
	object, inner, nested := strings.Cut(argument, ".")
	if !nested {
		set[argument] = value

		return
	}

	within, _ := set[object].(map[string]any)
	within = maps.Clone(within)

	if within == nil {
		within = map[string]any{}
	}

	within[inner], set[object] = value, within
}

// uses calls everything that uses such a configuration, without validating it.
func (s *argumentScene) uses(t *testing.T, construct, argument string, set map[string]any) []used {
	t.Helper()

	kind, typeName, _ := strings.Cut(construct, " ")

	uses := map[string]func(*testing.T, string, string, map[string]any) []used{
		"action": s.useAction, "data": s.useData, "ephemeral": s.useEphemeral, "list": s.useList,
		"provider": s.useProvider, "resource": s.useResource,
	}[kind](t, typeName, argument, set)

	if len(uses) == 0 {
		t.Fatalf("nothing uses the construct %s", kind)
	}

	return uses
}

func problems(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(diagnostics), func(d *tfprotov6.Diagnostic) bool {
		return d.Severity != tfprotov6.DiagnosticSeverityError
	})
}

func (s *argumentScene) useProvider(t *testing.T, _, argument string, set map[string]any) []used {
	t.Helper()

	settings := s.Settings(s.Login, s.Password)
	if argument == "universal_controller.token" {
		delete(settings["universal_controller"].(map[string]any), "password") //nolint:forcetypeassert // settings contains the object.
	}

	for name, value := range set {
		if object, ok := value.(map[string]any); ok && len(object) > 0 {
			within, _ := settings[name].(map[string]any)
			maps.Copy(within, object)
		} else {
			settings[name] = value
		}
	}

	server := providertest.NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: s.Now}})
	response, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: providertest.EncodeObject(t, s.schemas["provider"].ValueType(), settings), TerraformVersion: "1.11.4",
	})
	providertest.Must(t, err)

	errors := problems(response.Diagnostics)
	if len(errors) == 0 { // A missing setting is an error only at the first use.
		read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: "opsaccess_current_user",
			Config:   providertest.EncodeObject(t, s.schemas["data opsaccess_current_user"].ValueType(), nil),
		})
		providertest.Must(t, err)

		errors = problems(read.Diagnostics)
	}

	return []used{{stage: "configuration or the first use", errors: errors}}
}

func (s *argumentScene) useAction(t *testing.T, typeName, argument string, set map[string]any) []used {
	t.Helper()

	of := s.schemas["action "+typeName].ValueType()
	before := maps.Clone(set)
	setArgument(before, argument, tftypes.UnknownValue)

	unknown, err := s.server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: providertest.EncodeObject(t, of, before)})
	providertest.Must(t, err)

	if errs := problems(unknown.Diagnostics); len(errs) > 0 {
		t.Errorf("a plan with %s unknown: %s: %s", argument, errs[0].Summary, errs[0].Detail)
	}

	planned, err := s.server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: providertest.EncodeObject(t, of, set)})
	providertest.Must(t, err)

	alive := s.Alive(t, s.user.ID)
	stream, err := s.server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: providertest.EncodeObject(t, of, set)})
	providertest.Must(t, err)

	invoked := used{stage: "invocation", all: alive}

	for event := range stream.Events {
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
			invoked.errors = problems(completed.Diagnostics)
		}
	}

	invoked.found = alive - s.Alive(t, s.user.ID)
	invoked.changed = invoked.found > 0

	return []used{{stage: "plan", errors: problems(planned.Diagnostics), all: alive}, invoked}
}

func (s *argumentScene) useData(t *testing.T, typeName, _ string, set map[string]any) []used {
	t.Helper()

	of := s.schemas["data "+typeName].ValueType()
	response, err := s.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: providertest.EncodeObject(t, of, set)})
	providertest.Must(t, err)

	read := used{stage: "read", errors: problems(response.Diagnostics), all: 4}
	if len(read.errors) > 0 {
		return []used{read}
	}

	attributes := providertest.DecodeObject(t, of, response.State)
	for _, list := range []string{"tokens", "users"} {
		var elements []tftypes.Value
		if value, ok := attributes[list]; ok && value.As(&elements) == nil {
			read.found += len(elements)
		}
	}

	if typeName == "opsaccess_users" {
		read.all = 2 // The administrator is counted, too.
	}

	return []used{read}
}

func (s *argumentScene) useList(t *testing.T, typeName, _ string, set map[string]any) []used {
	t.Helper()

	stream, err := s.server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Limit: 100, Config: providertest.EncodeObject(t, s.schemas["list "+typeName].ValueType(), set),
	})
	providertest.Must(t, err)

	listed := used{stage: "list", all: 4}

	for result := range stream.Results {
		listed.errors = append(listed.errors, problems(result.Diagnostics)...)

		if result.Identity != nil {
			listed.found++
		}
	}

	return []used{listed}
}

func (s *argumentScene) useEphemeral(t *testing.T, typeName, _ string, set map[string]any) []used {
	t.Helper()

	before := s.Issued()
	response, err := s.server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: typeName, Config: providertest.EncodeObject(t, s.schemas["ephemeral "+typeName].ValueType(), set),
	})
	providertest.Must(t, err)

	return []used{{stage: "opening", errors: problems(response.Diagnostics), changed: s.Issued() != before}}
}
