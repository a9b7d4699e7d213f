// Command floor is a provider with the schemas of opsaccess that sends no requests: it stores the
// plan in state. The bench compares opsaccess with it, because the cost of this provider is the
// cost of the CLI and the plugin framework for schemas of this size.
//
// If the environment names a server, it is the peer instead: a provider that knows only the
// server's API and sends separate requests for each token.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	opsaccess "github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

func main() {
	serve := func() provider.Provider { return floor{opsaccess.New("floor")()} }

	if err := providerserver.Serve(context.Background(), serve, providerserver.ServeOpts{Address: opsaccess.Address}); err != nil {
		log.Fatal(err)
	}
}

// floor is the provider.
type floor struct{ provider.Provider }

// Configure connects to no server.
func (floor) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources have the schemas of opsaccess.
func (f floor) Resources(ctx context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for _, open := range f.Provider.Resources(ctx) {
		all = append(all, func() resource.Resource { return newPeer(kept{schema: open()}) })
	}

	return all
}

// kept is a resource that stores its plan in state. It does not modify the plan, because it does
// not implement the optional interfaces of the resource whose schema it has.
type kept struct{ schema resource.Resource }

// Metadata is that of opsaccess.
func (k kept) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	k.schema.Metadata(ctx, req, resp)
}

// Schema is that of opsaccess.
func (k kept) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	k.schema.Schema(ctx, req, resp)
}

// Create stores the plan.
func (kept) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = known(req.Plan.Raw)
}

// Read leaves the state as it is.
func (kept) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update stores the plan.
func (kept) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = known(req.Plan.Raw)
}

// Delete lets the framework remove the state.
func (kept) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// known fills in the unknown values of a plan, so that the state is as large as a real one.
func known(plan tftypes.Value) tftypes.Value {
	filled, err := tftypes.Transform(plan, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if value.IsKnown() {
			return value, nil
		}

		return sample(value.Type()), nil
	})
	if err != nil {
		log.Fatal(err)
	}

	return filled
}

// sample returns some value of a type. Its text is a timestamp, which is valid wherever a text is
// expected.
func sample(of tftypes.Type) tftypes.Value {
	object, isObject := of.(tftypes.Object)

	switch {
	case isObject:
		attributes := map[string]tftypes.Value{}
		for name, attribute := range object.AttributeTypes {
			attributes[name] = sample(attribute)
		}

		return tftypes.NewValue(of, attributes)
	case of.Is(tftypes.String):
		return tftypes.NewValue(of, "2030-01-01T00:00:00Z")
	case of.Is(tftypes.Number):
		return tftypes.NewValue(of, 1)
	case of.Is(tftypes.Bool):
		return tftypes.NewValue(of, false)
	default:
		return tftypes.NewValue(of, []tftypes.Value{})
	}
}
