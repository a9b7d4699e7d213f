package process

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// consumerPlugin is the file name of a provider with one resource, consumer_login, which logs in with a
// token and then does what its argument `then` says.
const consumerPlugin = "terraform-provider-consumer"

// What a consumer does after it has logged in.
const (
	thenSucceed = "succeed"
	thenFail    = "fail"
	// thenStop waits until the run is interrupted, and fails.
	thenStop = "stop"
	// thenGoOn ignores the interruption.
	thenGoOn = "go on"
)

func serveConsumer() error {
	return tf6server.Serve("registry.terraform.io/opsaccess/consumer", providerserver.NewProtocol6(consumerProvider{}))
}

type consumerProvider struct{}

var _ provider.Provider = consumerProvider{}

func (consumerProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "consumer"
}

func (consumerProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (consumerProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (consumerProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (consumerProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return consumerLogin{} }}
}

type consumerLogin struct{}

var _ resource.Resource = consumerLogin{}

type consumerModel struct {
	URL      types.String `tfsdk:"url"`
	Username types.String `tfsdk:"username"`
	Token    types.String `tfsdk:"token_wo"`
	Ready    types.String `tfsdk:"ready"`
	Then     types.String `tfsdk:"then"`
}

func (consumerLogin) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "consumer_login"
}

func (consumerLogin) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"url":      schema.StringAttribute{Optional: true},
		"username": schema.StringAttribute{Optional: true},
		"token_wo": schema.StringAttribute{Optional: true, WriteOnly: true},
		"ready":    schema.StringAttribute{Optional: true},
		"then":     schema.StringAttribute{Required: true},
	}}
}

func (consumerLogin) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config consumerModel

	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)

	if resp.Diagnostics.HasError() {
		return
	}

	if !plan.URL.IsNull() {
		if err := config.logIn(ctx); err != nil {
			resp.Diagnostics.AddError("Could not log in", err.Error())

			return
		}
	}

	if !plan.Ready.IsNull() {
		if err := os.WriteFile(plan.Ready.ValueString(), nil, 0o600); err != nil {
			resp.Diagnostics.AddError("Could not report that the consumer is ready", err.Error())
		}
	}

	switch plan.Then.ValueString() {
	case thenFail:
		resp.Diagnostics.AddError("Failed", "The configuration requires a failure.")
	case thenStop:
		<-ctx.Done()
		resp.Diagnostics.AddError("Stopped", "The run was interrupted.")
	case thenGoOn:
		select {}
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (consumerLogin) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (consumerLogin) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

func (consumerLogin) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// logIn sends a request with the token: as a password, or as a bearer token if there is no username.
func (m *consumerModel) logIn(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL.ValueString(), nil)
	if err != nil {
		return err
	}

	if m.Username.IsNull() {
		request.Header.Set("Authorization", "Bearer "+m.Token.ValueString())
	} else {
		request.SetBasicAuth(m.Username.ValueString(), m.Token.ValueString())
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}

	return response.Body.Close()
}

// isPlugin reports whether a CLI started this program as the plugin with this name.
func isPlugin(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), string(os.PathSeparator)+name)
}
