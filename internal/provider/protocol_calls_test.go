package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What Terraform 1.14 and later ask of a provider is tested over the protocol, in this
// process: the oldest supported Terraform, and OpenTofu, do not.

const revokeType = "opsaccess_revoke_personal_access_tokens"

// settings is the provider's configuration for an account, over the protocol.
func (s *target) settings(login, password string) map[string]any {
	return map[string]any{s.system.Traits().Platform: map[string]any{
		"url": s.url, "username": login, "password": password,
	}}
}

// serve returns a provider that is configured so, with the target's clock.
func (s *target) serve(t *testing.T, settings map[string]any) protocolServer {
	t.Helper()

	server := newProtocolServer(Surroundings{Now: s.now})

	for _, diagnostic := range configureServer(t, server, settings) {
		t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}

	return server
}

// admin returns a provider that is configured for the administrator.
func (s *target) admin(t *testing.T) protocolServer {
	t.Helper()

	return s.serve(t, s.settings(s.login, s.password))
}

// dynamic encodes a configuration in which some arguments are set.
func dynamic(t *testing.T, of tftypes.Type, set map[string]any) *tfprotov6.DynamicValue {
	t.Helper()

	encoded, err := tfprotov6.NewDynamicValue(of, objectValue(of, set))
	must(t, err)

	return &encoded
}

// decode returns the attributes of an object.
func decode(t *testing.T, of tftypes.Type, encoded *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()

	value, err := encoded.Unmarshal(of)
	must(t, err)

	var attributes map[string]tftypes.Value
	must(t, value.As(&attributes))

	return attributes
}

// said is what diagnostics say, errors or warnings.
func said(diagnostics []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity) []string {
	var texts []string

	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == severity {
			texts = append(texts, diagnostic.Summary+": "+diagnostic.Detail)
		}
	}

	return texts
}

// listing is the answer of the list resource.
type listing struct {
	results          []tfprotov6.ListResourceResult
	errors, warnings []string
}

// names are those of the tokens in the results, without what else a line shows.
func (l listing) names() []string {
	var names []string

	for _, result := range l.results {
		name, _, _ := strings.Cut(result.DisplayName, " (")
		names = append(names, name)
	}

	return names
}

// listTokens validates and lists, as Terraform does.
func listTokens(t *testing.T, server protocolServer, request tfprotov6.ListResourceRequest, set map[string]any) listing {
	t.Helper()

	request.TypeName = tokenType
	request.Config = dynamic(t, schemas(t)["list "+tokenType].ValueType(), set)

	diagnostics := validateConfig(t, server, "list", tokenType, request.Config)
	answer := listing{
		errors:   said(diagnostics, tfprotov6.DiagnosticSeverityError),
		warnings: said(diagnostics, tfprotov6.DiagnosticSeverityWarning),
	}

	if len(answer.errors) > 0 {
		return answer
	}

	stream, err := server.ListResource(t.Context(), &request)
	must(t, err)

	for result := range stream.Results {
		answer.errors = append(answer.errors, said(result.Diagnostics, tfprotov6.DiagnosticSeverityError)...)
		answer.warnings = append(answer.warnings, said(result.Diagnostics, tfprotov6.DiagnosticSeverityWarning)...)

		if result.Identity != nil {
			answer.results = append(answer.results, result)
		}
	}

	return answer
}

// invocation is how an action went. stage is where its errors came from: validate, plan or
// invoke.
type invocation struct {
	stage            string
	progress, errors []string
}

// invoke validates, plans and invokes the action, as Terraform does.
func invoke(t *testing.T, server protocolServer, set map[string]any) invocation {
	t.Helper()

	config := dynamic(t, schemas(t)["action "+revokeType].ValueType(), set)

	if errs := said(validateConfig(t, server, "action", revokeType, config), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return invocation{stage: "validate", errors: errs}
	}

	planned, err := server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: revokeType, Config: config})
	must(t, err)

	if errs := said(planned.Diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return invocation{stage: "plan", errors: errs}
	}

	stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: revokeType, Config: config})
	must(t, err)

	done := invocation{stage: "invoke"}

	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			done.progress = append(done.progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			done.errors = said(event.Diagnostics, tfprotov6.DiagnosticSeverityError)
		}
	}

	return done
}
