package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

func (f *foremanDemo) wrongOrganization(ctx context.Context) error {
	return f.mistake(ctx, f.cli, "outside organization_id", "-var", fmt.Sprintf("organization_id=%d", f.foreign))
}

func (f *foremanDemo) wrongURL(ctx context.Context) error {
	return f.mistake(ctx, f.cli.with("FOREMAN_SERVER_URL", f.url+"/foreman"), "HTTP 404: a web page")
}

func (f *foremanDemo) wrongPassword(ctx context.Context) error {
	password := rand.Text()
	f.story.guard("the wrong password", password)

	before, refused := f.server.Count(nil), f.server.Count(isRefused)

	return errors.Join(
		f.mistake(ctx, f.cli.withSecret("FOREMAN_PASSWORD", password), "Unable to authenticate user admin"),
		expect(f.story, "requests that reached the server: 1", 1, f.server.Count(nil)-before),
		expect(f.story, "logins that the server refused: 1", 1, f.server.Count(isRefused)-refused),
	)
}

// mistake applies with something wrong. That must fail with an error that says this,
// change nothing in the state and leave all tokens alive.
func (f *foremanDemo) mistake(ctx context.Context, wrong *cli, text string, args ...string) error {
	state, err := f.stateFile()
	if err != nil {
		return err
	}

	alive := f.server.LiveTokens("")

	done, err := wrong.run(ctx, append([]string{"apply", "-auto-approve"}, args...)...)
	if err != nil {
		return err
	}

	said := firstError(done.stderr)
	f.story.quote(said...)

	after, err := f.stateFile()
	if err != nil {
		return err
	}

	return errors.Join(
		expect(f.story, "exit code 1", exitError, done.code),
		expectText(f.story, fmt.Sprintf("the error says %q", text), text, said),
		expect(f.story, "the state is what it was, to the byte", true, state == after),
		expect(f.story, fmt.Sprintf("tokens that are still alive: %d", alive), alive, f.server.LiveTokens("")),
	)
}

// stateFile returns the state as it is on disk.
func (f *foremanDemo) stateFile() (string, error) {
	text, err := os.ReadFile(filepath.Join(f.cli.folder, "terraform.tfstate"))
	if err != nil {
		return "", fmt.Errorf("read the state: %w", err)
	}

	return string(text), nil
}

// isRefused says whether a request's credentials were refused.
func isRefused(r sandbox.Request) bool { return r.Status == http.StatusUnauthorized }
