package provider

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

type baggage struct{}

// A plan of a thousand resources makes five thousand calls, so a call must not leak memory.
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

// carry makes a call whose context contains a large value.
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

// Terraform and OpenTofu encode a null argument of a function differently.
func TestPluginServer_aNullArgumentOfAFunction(t *testing.T) {
	t.Parallel()

	server := newPluginServer(newProvider(Surroundings{}, "test"))
	text := &tfprotov6.DynamicValue{JSON: []byte(`"not encrypted"`)}

	for encoding, null := range map[string]*tfprotov6.DynamicValue{
		"MessagePack's null": {MsgPack: []byte{0xc0}},
		"an empty value":     {},
	} {
		for argument, arguments := range map[string][]*tfprotov6.DynamicValue{
			"encrypted_token": {null, text},
			"identity":        {text, null},
			"both":            {null, null},
		} {
			t.Run(encoding+" for "+argument, func(t *testing.T) {
				t.Parallel()

				got, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "decrypt", Arguments: arguments})
				if err != nil {
					t.Fatal(err)
				}

				if got.Error != nil {
					t.Fatalf("failed: %s", got.Error.Text)
				}

				if null, err := got.Result.IsNull(); err != nil || !null {
					t.Errorf("the result is null: %t, %v", null, err)
				}
			})
		}
	}
}

// Terraform and OpenTofu end the sentence in which they print a function's error.
func TestPluginServer_theErrorOfAFunctionHasNoFullStop(t *testing.T) {
	t.Parallel()

	text := &tfprotov6.DynamicValue{JSON: []byte(`"not encrypted"`)}

	got, err := newPluginServer(newProvider(Surroundings{}, "test")).CallFunction(t.Context(),
		&tfprotov6.CallFunctionRequest{Name: "decrypt", Arguments: []*tfprotov6.DynamicValue{text, text}})
	if err != nil {
		t.Fatal(err)
	}

	if got.Error == nil || strings.HasSuffix(got.Error.Text, ".") {
		t.Errorf("got the error %+v, want one that does not end with a full stop", got.Error)
	}
}

func TestServe_theCallHasItsContext(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), baggage{}, "kept"), time.Hour)

	var within, child context.Context

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

		child = inner

		cancel()
		<-inner.Done()

		return "", ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the context of the call ended with %v, want %v", err, context.Canceled)
	}

	if within.Value(baggage{}) != nil || child.Value(baggage{}) != nil {
		t.Error("the context has the call's values after its end")
	}
}

// A closed context must have an error, or code that waits for the context crashes. This applies to
// the context of the call, to contexts derived from it during the call, and to those derived
// afterwards.
func TestServe_afterItsCallAContextIsCancelled(t *testing.T) {
	t.Parallel()

	var within, during, detached context.Context

	ended := make(chan struct{})

	if _, err := serve(t.Context(), "", func(ctx context.Context, _ string) (string, error) {
		within = ctx
		detached = context.WithoutCancel(ctx)

		var stop context.CancelFunc

		during, stop = context.WithCancel(ctx)
		t.Cleanup(stop)
		context.AfterFunc(ctx, func() { close(ended) })

		return "", ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}

	after, stop := context.WithTimeout(within, time.Hour)
	defer stop()

	for name, ctx := range map[string]context.Context{"the call's": within, "made during the call": during, "made after it": after} {
		<-ctx.Done()

		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("the context %s has the error %v, want %v", name, ctx.Err(), context.Canceled)
		}
	}

	<-ended

	if detached.Err() != nil {
		t.Error("a detached context ended with the call")
	}
}
