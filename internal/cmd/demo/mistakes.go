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

// refusedOnce applies with a wrong password. The server may see it once, and the error
// has to say this.
func (t *tour) refusedOnce(ctx context.Context, text string) error {
	password := rand.Text()
	t.story.guard("the wrong password", password)

	before, refused := t.counts.Count(nil), t.counts.Count(isRefused)

	return errors.Join(
		t.mistake(ctx, t.cli.withSecret(t.password.name, password), text),
		expect(t.story, "requests that reached the server: 1", 1, t.counts.Count(nil)-before),
		expect(t.story, "logins that the server refused: 1", 1, t.counts.Count(isRefused)-refused),
	)
}

// mistake applies with something wrong. That must fail with an error that says this,
// change nothing in the state and leave all tokens alive.
func (t *tour) mistake(ctx context.Context, wrong *cli, text string, args ...string) error {
	state, err := t.stateFile()
	if err != nil {
		return err
	}

	alive := t.counts.LiveTokens("")

	done, err := wrong.run(ctx, append([]string{"apply", "-auto-approve"}, args...)...)
	if err != nil {
		return err
	}

	said := firstError(done.stderr)
	t.story.quote(said...)

	after, err := t.stateFile()
	if err != nil {
		return err
	}

	return errors.Join(
		expect(t.story, "exit code 1", exitError, done.code),
		expectText(t.story, fmt.Sprintf("the error says %q", text), text, said),
		expect(t.story, "the state is what it was, to the byte", true, state == after),
		expect(t.story, fmt.Sprintf("tokens that are still alive: %d", alive), alive, t.counts.LiveTokens("")),
	)
}

// stateFile returns the state as it is on disk.
func (t *tour) stateFile() (string, error) {
	text, err := os.ReadFile(filepath.Join(t.cli.folder, "terraform.tfstate"))
	if err != nil {
		return "", fmt.Errorf("read the state: %w", err)
	}

	return string(text), nil
}

// isRefused says whether a request's credentials were refused.
func isRefused(r sandbox.Request) bool { return r.Status == http.StatusUnauthorized }
