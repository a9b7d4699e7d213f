package provider

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

type baggage struct{}

// A plan of a thousand resources makes five thousand calls.
func TestPluginServer_aCallLeavesNothingBehind(t *testing.T) {
	t.Parallel()

	const name = "opsaccess_nothing"

	server := newPluginServer(newProvider(Surroundings{}, "test"))

	for call, do := range map[string]func(context.Context) error{
		"ValidateResourceConfig": func(ctx context.Context) error {
			_, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: name})

			return err
		},
		"UpgradeResourceState": func(ctx context.Context) error {
			_, err := server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: name})

			return err
		},
		"UpgradeResourceIdentity": func(ctx context.Context) error {
			_, err := server.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{TypeName: name})

			return err
		},
		"MoveResourceState": func(ctx context.Context) error {
			_, err := server.MoveResourceState(ctx, &tfprotov6.MoveResourceStateRequest{TargetTypeName: name})

			return err
		},
		"ReadResource": func(ctx context.Context) error {
			_, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: name})

			return err
		},
		"PlanResourceChange": func(ctx context.Context) error {
			_, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: name})

			return err
		},
		"ApplyResourceChange": func(ctx context.Context) error {
			_, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: name})

			return err
		},
		"ValidateDataResourceConfig": func(ctx context.Context) error {
			_, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name})

			return err
		},
		"ReadDataSource": func(ctx context.Context) error {
			_, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name})

			return err
		},
		"ValidateEphemeralResourceConfig": func(ctx context.Context) error {
			_, err := server.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name})

			return err
		},
		"OpenEphemeralResource": func(ctx context.Context) error {
			_, err := server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: name})

			return err
		},
		"CloseEphemeralResource": func(ctx context.Context) error {
			_, err := server.CloseEphemeralResource(ctx, &tfprotov6.CloseEphemeralResourceRequest{TypeName: name})

			return err
		},
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()

			carried := carry(t, do)

			runtime.GC()

			if carried.Value() != nil {
				t.Error("what the call's context held is still reachable")
			}

			runtime.KeepAlive(server)
		})
	}
}

// carry makes a call with something heavy in its context.
func carry(t *testing.T, do func(context.Context) error) weak.Pointer[[1 << 10]byte] {
	t.Helper()

	heavy := new([1 << 10]byte)

	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), baggage{}, heavy))
	defer cancel()

	if err := do(ctx); err != nil {
		t.Fatal(err)
	}

	return weak.Make(heavy)
}

func TestServe_theCallHasItsContext(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), baggage{}, "kept"), time.Hour)

	var within context.Context

	_, err := serve(ctx, "request", func(ctx context.Context, request string) (string, error) {
		within = ctx

		if ctx.Value(baggage{}) != "kept" || request != "request" {
			t.Error("the call has no value of its context, or another request")
		}

		if _, ok := ctx.Deadline(); !ok {
			t.Error("the call has no deadline")
		}

		inner, stop := context.WithCancel(ctx)
		defer stop()

		cancel()
		<-inner.Done()

		return "", ctx.Err()
	})
	if err == nil {
		t.Error("the call did not learn that it was cancelled")
	}

	if within.Value(baggage{}) != nil || within.Err() != nil {
		t.Error("the context is still the call's after its end")
	}
}
