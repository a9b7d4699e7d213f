package provider

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"
)

// frameworkServer has the interfaces of the framework's server, which the protocol library checks
// for.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// pluginServer is the framework's server without a memory leak: the framework keeps each call's
// context, with two loggers, until the process ends, which takes 50 KiB for each resource of a
// plan.
type pluginServer struct {
	frameworkServer

	provider *opsaccessProvider
}

var _ frameworkServer = (*pluginServer)(nil)

func newPluginServer(p *opsaccessProvider) *pluginServer {
	server, ok := providerserver.NewProtocol6(p)().(frameworkServer)
	if !ok {
		panic("provider: the framework does not serve list resources and actions")
	}

	return &pluginServer{frameworkServer: server, provider: p}
}

// The calls that a CLI makes for each resource, data source and ephemeral resource follow.

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
	if unchanged, ok := token.PlanUnchanged(ctx, s.provider.configured.Load(), req); ok {
		return unchanged, nil
	}

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

// CallFunction also accepts the null arguments of OpenTofu 1.12, which sends an empty value for
// null. The framework cannot decode it and asks the user to report a bug in the provider.
func (s *pluginServer) CallFunction(
	ctx context.Context, req *tfprotov6.CallFunctionRequest,
) (*tfprotov6.CallFunctionResponse, error) {
	decodable := *req
	decodable.Arguments = slices.Clone(req.Arguments)

	for i, argument := range decodable.Arguments {
		if argument.MsgPack == nil && argument.JSON == nil {
			decodable.Arguments[i] = &tfprotov6.DynamicValue{JSON: []byte("null")}
		}
	}

	return s.frameworkServer.CallFunction(ctx, &decodable)
}

// serve makes a call and releases its context when the call returns.
func serve[Q, A any](ctx context.Context, req Q, call func(context.Context, Q) (A, error)) (A, error) {
	of, release := newCallContext(ctx)
	defer release()

	return call(of, req)
}

// callContext is a context with a separate end and the values of a call's context. After the call
// it is cancelled and keeps no reference to the call's context.
type callContext struct {
	context.Context

	call atomic.Pointer[context.Context]
}

// newCallContext returns a context that ends when the call's context ends or release is called.
func newCallContext(call context.Context) (of *callContext, release func()) {
	own, cancel := context.WithCancel(context.Background())
	if deadline, ok := call.Deadline(); ok {
		own, cancel = context.WithDeadline(own, deadline)
	}

	of = &callContext{Context: own}
	of.call.Store(&call)

	detach := context.AfterFunc(call, cancel)

	return of, func() {
		detach()
		cancel()
		of.call.Store(nil)
	}
}

// Value returns the call's value while the call runs. The context's own value takes precedence,
// because a child context uses it to find out when to end.
func (c *callContext) Value(key any) any {
	if value := c.Context.Value(key); value != nil {
		return value
	}

	if call := c.call.Load(); call != nil {
		return (*call).Value(key)
	}

	return nil
}
