package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// A CLI validates a configuration once, and does not repeat it for values that were unknown then:
// Terraform runs an action with any value of a variable. Therefore the calls below validate the
// configuration that they use. A resource validates its own arguments, because `ignore_changes` may
// give it a configuration that is invalid as a whole.

func (s *pluginServer) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	validated, err := s.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: req.Config})
	if err != nil || failed(validated.Diagnostics) {
		return &tfprotov6.ConfigureProviderResponse{Diagnostics: validated.Diagnostics}, err
	}

	return s.frameworkServer.ConfigureProvider(ctx, req)
}

func (s *pluginServer) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	validated, err := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: req.TypeName, Config: req.Config,
	})
	if err != nil || failed(validated.Diagnostics) {
		return &tfprotov6.ReadDataSourceResponse{Diagnostics: validated.Diagnostics}, err
	}

	return serve(ctx, req, s.frameworkServer.ReadDataSource)
}

func (s *pluginServer) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	validated, err := s.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: req.TypeName, Config: req.Config,
	})
	if err != nil || failed(validated.Diagnostics) {
		return &tfprotov6.OpenEphemeralResourceResponse{Diagnostics: validated.Diagnostics}, err
	}

	return serve(ctx, req, s.frameworkServer.OpenEphemeralResource)
}

func (s *pluginServer) ListResource(
	ctx context.Context, req *tfprotov6.ListResourceRequest,
) (*tfprotov6.ListResourceServerStream, error) {
	validated, err := s.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: req.TypeName, Config: req.Config,
	})
	if err != nil {
		return nil, err
	}

	if failed(validated.Diagnostics) {
		return &tfprotov6.ListResourceServerStream{
			Results: slices.Values([]tfprotov6.ListResourceResult{{Diagnostics: validated.Diagnostics}}),
		}, nil
	}

	return s.frameworkServer.ListResource(ctx, req)
}

func (s *pluginServer) PlanAction(
	ctx context.Context, req *tfprotov6.PlanActionRequest,
) (*tfprotov6.PlanActionResponse, error) {
	validated, err := s.validateAction(ctx, req.ActionType, req.Config)
	if err != nil || failed(validated) {
		return &tfprotov6.PlanActionResponse{Diagnostics: validated}, err
	}

	return s.frameworkServer.PlanAction(ctx, req)
}

func (s *pluginServer) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	validated, err := s.validateAction(ctx, req.ActionType, req.Config)
	if err != nil {
		return nil, err
	}

	if failed(validated) {
		return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{
			{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: validated}},
		})}, nil
	}

	return s.frameworkServer.InvokeAction(ctx, req)
}

func (s *pluginServer) validateAction(
	ctx context.Context, action string, config *tfprotov6.DynamicValue,
) ([]*tfprotov6.Diagnostic, error) {
	validated, err := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: action, Config: config})
	if err != nil {
		return nil, err
	}

	return validated.Diagnostics, nil
}

// failed reports whether the diagnostics contain an error.
func failed(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool {
		return d.Severity == tfprotov6.DiagnosticSeverityError
	})
}
