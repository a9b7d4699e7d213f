package main

import (
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// deployLogin is the user in all configurations.
const deployLogin = "svc-deploy"

// tokenType is the resource in all configurations.
const tokenType = "opsaccess_personal_access_token"

//go:embed config
var configurations embed.FS

// step is one thing that the demo shows, with the actions that show it.
type step struct {
	says string
	does []action
}

// action runs a command or checks something, and reports to the tour's narrator.
type action func(context.Context, *tour)

// platform is what differs between the chapters.
type platform struct {
	name, title string
	// intro is printed after the title; it may be empty.
	intro string
	// configuration is the platform's file, which is used together with tokens.tf.
	configuration string
	// url, login and password are the settings with which Terraform connects to the server.
	url, login, password variable
	// console and live are the sandbox's: the requests that it received, and the count of the
	// tokens that authenticate.
	console *sandbox.Console
	live    func(login string) int
	// alive returns the names of the user's active tokens, in the order of the provider's data
	// source.
	alive func() []string
	// issue and revoke are requests by an administrator; use is a request that requires only a
	// valid token.
	issue       func(name string, expires time.Time) request
	revoke, use func(token issued) request
	// issuedStatus is the status of the response to issue; the body contains the secret.
	issuedStatus int
	secretIn     func(body []byte) (string, error)
	// revoked is the provider's reason for reissuing a revoked token.
	revoked string
	steps   []step
}

// variable is an environment variable.
type variable struct{ name, value string }

// issued is a token resource in the state.
type issued struct {
	// ID is Terraform's, <user id>/<token id>.
	ID         string `json:"id"`
	Secret     string `json:"token"`
	Generation int    `json:"generation"`
	Current    struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Reason string `json:"issue_reason"`
	} `json:"current"`
	// Previous are the predecessors that are still active.
	Previous []struct {
		Name string `json:"name"`
	} `json:"previous"`
	// sensitive reports whether the state marks the secret as sensitive.
	sensitive bool
}

// tour is a chapter: a platform with a working directory of the CLI.
type tour struct {
	platform

	story *narrator
	cli   clirun.CLI
	// tokens are the tokens in the state by resource name, and old those that [keep] stored last.
	tokens, old map[string]issued
}

// newTour writes the configuration to a new folder and guards the credentials.
func newTour(s *stage, p platform) (*tour, error) {
	t := &tour{platform: p, story: s.story, cli: s.cli.In(filepath.Join(s.cli.Folder, p.name), nil)}

	if err := os.Mkdir(t.cli.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the working directory: %w", err)
	}

	for _, name := range []string{"tokens.tf", p.configuration} {
		text, err := configurations.ReadFile("config/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}

		t.write(name, string(text))
	}

	for _, v := range t.exports() {
		t.cli.Env[v.name] = v.value
	}

	t.story.guard("the password of "+p.login.value, p.password.value)
	t.story.guard("the credentials of "+p.login.value,
		base64.StdEncoding.EncodeToString([]byte(p.login.value+":"+p.password.value)))

	return t, t.story.err
}

// exports returns the environment variables with which a person can continue by hand.
func (t *tour) exports() []variable { return []variable{t.url, t.login, t.password} }

// tell runs the steps and stops at the first one that fails, or after which the stored text
// contains a secret.
func (t *tour) tell(ctx context.Context) error {
	t.story.note("\n%s\n%s", t.title, strings.Repeat("=", len(t.title)))

	if t.intro != "" {
		t.story.note("\n%s", t.intro)
	}

	for _, s := range t.steps {
		t.story.step(s.says)

		for _, do := range s.does {
			if t.story.err == nil {
				do(ctx, t)
			}
		}

		if err := errors.Join(t.story.err, t.story.checkLeaks()); err != nil {
			return err
		}
	}

	return nil
}

// run runs a command with additional variables, and prints its line as a person would type it. The
// output is stored but not printed.
func (t *tour) run(ctx context.Context, set []variable, args ...string) clirun.Outcome {
	cli := t.cli.In(t.cli.Folder, nil)

	var words []string

	for _, v := range set {
		cli.Env[v.name] = v.value

		if v.name == t.password.name {
			v.value = mask
		}

		words = append(words, v.name+"="+v.value)
	}

	line := strings.Join(append(append(words, cli.Name()), args...), " ")
	t.story.command(line)

	done, err := cli.Run(ctx, args...)
	if err != nil {
		t.story.fail(fmt.Errorf("run %s: %w", line, err))
	}

	t.story.hear(line, done.Code, done.Stdout+done.Stderr)

	return done
}

// read runs a command that prints JSON, and decodes it. The output is not searched for secrets,
// because it is meant to contain them.
func (t *tour) read(ctx context.Context, into any, args ...string) {
	done, err := t.cli.Run(ctx, args...)

	switch {
	case err != nil:
	case done.Code != 0:
		err = fmt.Errorf("exit code %d: %s", done.Code, done.Stderr)
	default:
		err = json.Unmarshal([]byte(done.Stdout), into)
	}

	if err != nil {
		t.story.fail(fmt.Errorf("%s: %w", strings.Join(args, " "), err))
	}
}

// readState reads the tokens from the state.
func (t *tour) readState(ctx context.Context) {
	var state tfjson.State

	t.read(ctx, &state, "show", "-json")
	t.tokens = map[string]issued{}

	if state.Values == nil || state.Values.RootModule == nil {
		return
	}

	for _, resource := range state.Values.RootModule.Resources {
		if resource.Type != tokenType || resource.Mode != tfjson.ManagedResourceMode {
			continue
		}

		var (
			found  issued
			marked struct {
				Secret bool `json:"token"`
			}
		)

		encoded, err := json.Marshal(resource.AttributeValues)
		if err := errors.Join(err, json.Unmarshal(encoded, &found), json.Unmarshal(resource.SensitiveValues, &marked)); err != nil {
			t.story.fail(fmt.Errorf("%s: %w", resource.Address, err))
		}

		found.sensitive = marked.Secret
		t.tokens[resource.Name] = found
		t.story.guard("the secret of "+found.Current.Name, found.Secret)
	}
}

// responds sends a request and expects this HTTP status.
func (t *tour) responds(ctx context.Context, r request, want int) []byte {
	status, body, err := r.send(ctx)
	if err != nil {
		t.story.fail(err)
	}

	expect(t.story, fmt.Sprintf("%s: HTTP %d", r, want), want, status)

	return body
}

// write writes a file in the working directory.
func (t *tour) write(name, text string) {
	if err := os.WriteFile(filepath.Join(t.cli.Folder, name), []byte(text), 0o600); err != nil {
		t.story.fail(fmt.Errorf("write the configuration: %w", err))
	}
}

// isRefused reports whether the server refused the credentials of a request.
func isRefused(r sandbox.Request) bool { return r.Status == http.StatusUnauthorized }
