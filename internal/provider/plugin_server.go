package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// frameworkServer is what the framework serves. The protocol library looks for the
// parts by their interfaces.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// pluginServer is the framework's server, with calls that leave nothing behind: the
// framework keeps each call's context until the process ends, with two loggers in it, which
// comes to 50 KiB for each resource of a plan.
type pluginServer struct{ frameworkServer }

var _ frameworkServer = (*pluginServer)(nil)

func newPluginServer(p provider.Provider) *pluginServer {
	server, ok := providerserver.NewProtocol6(p)().(frameworkServer)
	if !ok {
		panic("provider: the framework does not serve list resources and actions")
	}

	return &pluginServer{frameworkServer: server}
}

// The calls that a CLI makes for each resource, data source and ephemeral resource.

func (s *pluginServer) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return serve(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

func (s *pluginServer) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return serve(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s *pluginServer) UpgradeResourceIdentity(
	ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest,
) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return serve(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s *pluginServer) MoveResourceState(
	ctx context.Context, req *tfprotov6.MoveResourceStateRequest,
) (*tfprotov6.MoveResourceStateResponse, error) {
	return serve(ctx, req, s.frameworkServer.MoveResourceState)
}

func (s *pluginServer) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return serve(ctx, req, s.frameworkServer.ReadResource)
}

func (s *pluginServer) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return serve(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s *pluginServer) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return serve(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s *pluginServer) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return serve(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s *pluginServer) ValidateEphemeralResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return serve(ctx, req, s.frameworkServer.ValidateEphemeralResourceConfig)
}

func (s *pluginServer) CloseEphemeralResource(
	ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest,
) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return serve(ctx, req, s.frameworkServer.CloseEphemeralResource)
}

// serve makes a call whose context is released when it has returned.
func serve[Q, A any](ctx context.Context, req Q, call func(context.Context, Q) (A, error)) (A, error) {
	released := &callContext{}
	released.of.Store(&ctx)

	defer func() {
		over := context.Background()
		released.of.Store(&over)
	}()

	return call(released, req)
}

// callContext is a context of which, once it is released, nothing is left. Whoever holds
// it then finds no values and no end.
type callContext struct {
	of atomic.Pointer[context.Context]
}

var _ context.Context = (*callContext)(nil)

// Deadline is the call's.
func (c *callContext) Deadline() (time.Time, bool) { return (*c.of.Load()).Deadline() }

// Done is the call's.
func (c *callContext) Done() <-chan struct{} { return (*c.of.Load()).Done() }

// Err is the call's.
func (c *callContext) Err() error { return (*c.of.Load()).Err() }

// Value is the call's.
func (c *callContext) Value(key any) any { return (*c.of.Load()).Value(key) }
