package providertest

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// The calls below are made only by Terraform 1.14 and later. Testing them over the protocol, in this
// process, covers them also when the CLI is an older Terraform or OpenTofu.

// Settings returns the provider configuration for an account.
func (s *Target) Settings(login, password string) map[string]any {
	return map[string]any{s.System.Traits().Platform: map[string]any{
		"url": s.URL, "username": login, "password": password,
	}}
}

// Serve returns a provider with this configuration and the target's clock.
func (s *Target) Serve(t *testing.T, settings map[string]any) ProtocolServer {
	t.Helper()

	server := NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: s.Now}})

	for _, diagnostic := range ConfigureServer(t, server, settings) {
		t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}

	return server
}

// Admin returns a provider that is configured with the administrator's account.
func (s *Target) Admin(t *testing.T) ProtocolServer {
	t.Helper()

	return s.Serve(t, s.Settings(s.Login, s.Password))
}

// ReadData validates and reads a data source, and returns the errors.
func ReadData(t *testing.T, server ProtocolServer, typeName string, set map[string]any) []string {
	t.Helper()

	config := EncodeObject(t, Schemas(t)["data "+typeName].ValueType(), set)

	if errs := Texts(ValidateConfig(t, server, "data", typeName, config), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return errs
	}

	response, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: config})
	Must(t, err)

	return Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
}

// Listing is a response of the list resource.
type Listing struct {
	Results          []tfprotov6.ListResourceResult
	Errors, Warnings []string
}

// Names returns the names of the listed tokens, without the rest of the display name.
func (l Listing) Names() []string {
	var names []string

	for _, result := range l.Results {
		name, _, _ := strings.Cut(result.DisplayName, " (")
		names = append(names, name)
	}

	return names
}

// ListTokens validates and runs the list resource, as Terraform does.
func ListTokens(t *testing.T, server ProtocolServer, request tfprotov6.ListResourceRequest, set map[string]any) Listing {
	t.Helper()

	request.TypeName = TokenType
	request.Config = EncodeObject(t, Schemas(t)["list "+TokenType].ValueType(), set)

	diagnostics := ValidateConfig(t, server, "list", TokenType, request.Config)
	answer := Listing{
		Errors:   Texts(diagnostics, tfprotov6.DiagnosticSeverityError),
		Warnings: Texts(diagnostics, tfprotov6.DiagnosticSeverityWarning),
	}

	if len(answer.Errors) > 0 {
		return answer
	}

	stream, err := server.ListResource(t.Context(), &request)
	Must(t, err)

	for result := range stream.Results {
		answer.Errors = append(answer.Errors, Texts(result.Diagnostics, tfprotov6.DiagnosticSeverityError)...)
		answer.Warnings = append(answer.Warnings, Texts(result.Diagnostics, tfprotov6.DiagnosticSeverityWarning)...)

		if result.Identity != nil {
			answer.Results = append(answer.Results, result)
		}
	}

	return answer
}

// Invocation is the result of an action. Stage is the call that returned the errors: validate, plan or
// invoke.
type Invocation struct {
	Stage                      string
	Progress, Errors, Warnings []string
}

// Invoke validates, plans and invokes the action, as Terraform does.
func Invoke(t *testing.T, server ProtocolServer, set map[string]any) Invocation {
	t.Helper()

	config := EncodeObject(t, Schemas(t)["action "+RevokeType].ValueType(), set)

	if errs := Texts(ValidateConfig(t, server, "action", RevokeType, config), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return Invocation{Stage: "validate", Errors: errs}
	}

	planned, err := server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: RevokeType, Config: config})
	Must(t, err)

	if errs := Texts(planned.Diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return Invocation{Stage: "plan", Errors: errs}
	}

	stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: RevokeType, Config: config})
	Must(t, err)

	done := Invocation{Stage: "invoke"}

	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			done.Progress = append(done.Progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			done.Errors = Texts(event.Diagnostics, tfprotov6.DiagnosticSeverityError)
			done.Warnings = Texts(event.Diagnostics, tfprotov6.DiagnosticSeverityWarning)
		}
	}

	return done
}
