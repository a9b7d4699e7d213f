package connecting

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/testprogram"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// attemptVariable makes this program carry out one attempt to connect to a server. Each attempt needs
// its own process: net/http reads the proxy variables only once, and GODEBUG applies to the whole
// process.
const attemptVariable = "OPSACCESS_TEST_ATTEMPT"

// program is the path of this program, built without the race detector because a hundred processes
// start it.
var program string

// TestMain carries out the attempt if this process was started for one, and runs the tests otherwise.
func TestMain(m *testing.M) {
	code, err := 0, error(nil)

	if os.Getenv(attemptVariable) == "" {
		code, err = runTests(m)
	} else {
		err = makeAttempt(context.Background(), os.Stdin, os.Stdout)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		code = 1
	}

	os.Exit(code)
}

func runTests(m *testing.M) (code int, err error) {
	folder, err := os.MkdirTemp("", "connecting-")
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	if program, err = testprogram.WithoutRaceDetector(context.Background(), folder); err != nil {
		return 0, err
	}

	return m.Run(), nil
}

// attempt is a provider block and what to do with the provider.
type attempt struct {
	Settings map[string]any    `json:"settings"`
	Headers  map[string]string `json:"headers"`
	// Issue is a user for whom tokens are issued after the read; empty issues none.
	Issue string `json:"issue"`
}

// outcome holds the provider's diagnostics.
type outcome struct {
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}

// run makes the attempt in a process that has only these environment variables.
func (a attempt) run(t *testing.T, environment map[string]string) outcome {
	t.Helper()

	input, err := json.Marshal(a)
	providertest.Must(t, err)

	child := exec.CommandContext(t.Context(), program)
	child.Stdin = bytes.NewReader(input)
	child.Env = []string{attemptVariable + "=1"}

	for name, value := range environment {
		child.Env = append(child.Env, name+"="+value)
	}

	output, err := child.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("%v: %s", err, failed.Stderr)
	}

	providertest.Must(t, err)

	var o outcome
	providertest.Must(t, json.Unmarshal(output, &o))

	return o
}

// makeAttempt reads an attempt, carries it out, and writes the outcome.
func makeAttempt(ctx context.Context, in io.Reader, out io.Writer) error {
	var a attempt
	if err := json.NewDecoder(in).Decode(&a); err != nil {
		return err
	}

	p := &attemptingProvider{
		ProtocolServer: providertest.NewProtocolServer(provider.Surroundings{RetryWait: time.Millisecond}),
	}

	schemas, err := p.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}

	p.schemas = schemas

	for _, step := range []func(context.Context, attempt) ([]*tfprotov6.Diagnostic, error){p.configure, p.read, p.issue} {
		said, err := step(ctx, a)
		if err != nil {
			return err
		}

		p.Errors = append(p.Errors, providertest.Texts(said, tfprotov6.DiagnosticSeverityError)...)
		p.Warnings = append(p.Warnings, providertest.Texts(said, tfprotov6.DiagnosticSeverityWarning)...)

		if len(p.Errors) > 0 {
			break
		}
	}

	return json.NewEncoder(out).Encode(p.outcome)
}

// attemptingProvider is the provider of one attempt.
type attemptingProvider struct {
	providertest.ProtocolServer
	outcome

	schemas *tfprotov6.GetProviderSchemaResponse
}

func (p *attemptingProvider) configure(ctx context.Context, a attempt) ([]*tfprotov6.Diagnostic, error) {
	if len(a.Headers) > 0 {
		headers := map[string]tftypes.Value{}
		for name, value := range a.Headers {
			headers[name] = tftypes.NewValue(tftypes.String, value)
		}

		a.Settings["headers"] = headers
	}

	config, err := encode(p.schemas.Provider, a.Settings)
	if err != nil {
		return nil, err
	}

	validated, err := p.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil || len(validated.Diagnostics) > 0 {
		return validated.Diagnostics, err
	}

	configured, err := p.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.11.4"})
	if err != nil {
		return nil, err
	}

	return configured.Diagnostics, nil
}

func (p *attemptingProvider) read(ctx context.Context, _ attempt) ([]*tfprotov6.Diagnostic, error) {
	config, err := encode(p.schemas.DataSourceSchemas["opsaccess_current_user"], nil)
	if err != nil {
		return nil, err
	}

	read, err := p.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: "opsaccess_current_user", Config: config})
	if err != nil {
		return nil, err
	}

	return read.Diagnostics, nil
}

// issue issues five tokens, one after the other.
func (p *attemptingProvider) issue(ctx context.Context, a attempt) (said []*tfprotov6.Diagnostic, err error) {
	if a.Issue == "" {
		return nil, nil
	}

	schema := p.schemas.ResourceSchemas[providertest.TokenType]

	nothing, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	if err != nil {
		return nil, err
	}

	for _, prefix := range []string{"a-", "b-", "c-", "d-", "e-"} {
		config, err := encode(schema, map[string]any{"username": a.Issue, "name_prefix": prefix, "expires_in": "30d"})
		if err != nil {
			return nil, err
		}

		planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: providertest.TokenType, PriorState: &nothing, ProposedNewState: config, Config: config,
		})
		if err != nil {
			return nil, err
		}

		applied, err := p.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
			TypeName: providertest.TokenType, PriorState: &nothing, PlannedState: planned.PlannedState, Config: config,
			PlannedPrivate: planned.PlannedPrivate,
		})
		if err != nil {
			return nil, err
		}

		said = slices.Concat(said, planned.Diagnostics, applied.Diagnostics)
	}

	return said, nil
}

func encode(schema *tfprotov6.Schema, set map[string]any) (*tfprotov6.DynamicValue, error) {
	encoded, err := tfprotov6.NewDynamicValue(schema.ValueType(), providertest.ObjectValue(schema.ValueType(), set))

	return &encoded, err
}
