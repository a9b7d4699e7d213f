package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// adoption imports a token and takes over its arguments.
const adoption = `import {
  to = opsaccess_personal_access_token.laptop
  id = "svc-deploy/laptop"
}

resource "opsaccess_personal_access_token" "laptop" {
  username   = "svc-deploy"
  name       = "laptop"
  expires_at = %q
}
`

// adoptionFile is where it goes.
const adoptionFile = "laptop.tf"

func (f *foremanDemo) apply(ctx context.Context) error {
	return f.changes(ctx, "2 added, 0 changed, 0 destroyed", "apply", "-auto-approve")
}

func (f *foremanDemo) logIn(ctx context.Context) error {
	if err := f.readState(ctx); err != nil {
		return err
	}

	return errors.Join(
		expect(f.story, pipeline+".token is sensitive", true, f.pipeline.sensitive),
		expect(f.story, monitoring+".token is sensitive", true, f.monitoring.sensitive),
		f.logsIn(ctx, f.pipeline, http.StatusOK),
		f.logsIn(ctx, f.monitoring, http.StatusOK),
	)
}

func (f *foremanDemo) planEmpty(ctx context.Context) error {
	_, err := f.plan(ctx, exitNoChanges)

	return err
}

func (f *foremanDemo) list(ctx context.Context) error {
	var listed []struct {
		Name    string `json:"name"`
		Expires string `json:"expires"`
	}

	f.story.command(f.cli.line([]string{"output", "-json", "alive"}))

	if err := f.cli.read(ctx, &listed, "output", "-json", "alive"); err != nil {
		return err
	}

	var names, alive []string

	for _, token := range listed {
		names = append(names, token.Name)
		f.story.quote(fmt.Sprintf("%-24s expires %s", token.Name, token.Expires))
	}

	for _, token := range f.server.Tokens(deployLogin) {
		if token.Active {
			alive = append(alive, token.Name)
		}
	}

	return expect(f.story, fmt.Sprintf("these %d are what the server has", len(alive)),
		strings.Join(alive, ", "), strings.Join(names, ", "))
}

func (f *foremanDemo) revoke(ctx context.Context) error {
	status, err := f.admin.revoke(ctx, f.userID, f.pipeline.Current.ID)
	if err != nil {
		return err
	}

	if err := expect(f.story, fmt.Sprintf("DELETE %s/%s as %s: HTTP 200", tokensPath(f.userID), f.pipeline.Current.ID, f.admin.login),
		http.StatusOK, status); err != nil {
		return err
	}

	done, err := f.plan(ctx, exitChanges)
	if err != nil {
		return err
	}

	reason := matching(done.stdout, regexp.MustCompile(`issue_reason`))
	f.story.quote(reason...)

	return expectText(f.story, "the plan says why a token is reissued", `"created" -> "revoked"`, reason)
}

func (f *foremanDemo) heal(ctx context.Context) error {
	before := f.pipeline

	if err := f.changes(ctx, "0 added, 1 changed, 0 destroyed", "apply", "-auto-approve"); err != nil {
		return err
	}

	untouched := f.monitoring.ID

	if err := f.readState(ctx); err != nil {
		return err
	}

	if err := errors.Join(
		expect(f.story, fmt.Sprintf("%s follows %s", f.pipeline.Current.Name, before.Current.Name),
			before.Generation+1, f.pipeline.Generation),
		expect(f.story, "the other token was left alone", untouched, f.monitoring.ID),
		f.logsIn(ctx, f.pipeline, http.StatusOK),
		f.logsIn(ctx, before, http.StatusUnauthorized),
	); err != nil {
		return err
	}

	return f.planEmpty(ctx)
}

func (f *foremanDemo) adopt(ctx context.Context) error {
	expires := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Second)

	secret, status, err := f.admin.create(ctx, f.userID, "laptop", expires)
	if err != nil {
		return err
	}

	if err := expect(f.story, fmt.Sprintf("POST %s as %s: HTTP 201", tokensPath(f.userID), f.admin.login),
		http.StatusCreated, status); err != nil {
		return err
	}

	f.story.guard("the secret of laptop", secret)

	text := fmt.Sprintf(adoption, expires.Format(time.RFC3339))
	if err := os.WriteFile(filepath.Join(f.cli.folder, adoptionFile), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	if err := f.changes(ctx, "1 imported, 0 added, 0 changed, 0 destroyed", "apply", "-auto-approve"); err != nil {
		return err
	}

	imported, err := f.issued(ctx, adopted)
	if err != nil {
		return err
	}

	if err := errors.Join(
		expect(f.story, "nobody can read its secret again: token is null", "", imported.Secret),
		expect(f.story, "the secret that its owner has still logs in", true, f.server.Authenticates(deployLogin, secret)),
	); err != nil {
		return err
	}

	return f.planEmpty(ctx)
}

func (f *foremanDemo) destroy(ctx context.Context) error {
	if err := f.changes(ctx, "3 destroyed", "destroy", "-auto-approve"); err != nil {
		return err
	}

	// Foreman never frees a name: who goes on by hand goes on without it.
	if err := os.Remove(filepath.Join(f.cli.folder, adoptionFile)); err != nil {
		return fmt.Errorf("remove the import: %w", err)
	}

	return errors.Join(
		expect(f.story, "live tokens on the server: 0", 0, f.server.LiveTokens("")),
		f.logsIn(ctx, f.pipeline, http.StatusUnauthorized),
		f.logsIn(ctx, f.monitoring, http.StatusUnauthorized),
	)
}

// changes runs a command that has to say these counts in the end.
func (f *foremanDemo) changes(ctx context.Context, counts string, args ...string) error {
	done, err := f.cli.run(ctx, args...)
	if err != nil {
		return err
	}

	said := verdicts(done.stdout)
	f.story.quote(said...)

	return errors.Join(
		expect(f.story, "exit code 0", 0, done.code),
		expectText(f.story, counts+": as it should be", counts, said),
	)
}

// plan plans and expects this exit code.
func (f *foremanDemo) plan(ctx context.Context, code int) (outcome, error) {
	done, err := f.cli.run(ctx, "plan", "-detailed-exitcode")
	if err != nil {
		return done, err
	}

	f.story.quote(verdicts(done.stdout)...)

	what := "exit code 0: nothing to do"
	if code == exitChanges {
		what = "exit code 2: something to do"
	}

	return done, expect(f.story, what, code, done.code)
}

// readState reads the tokens of the configuration from the state.
func (f *foremanDemo) readState(ctx context.Context) (err error) {
	if f.pipeline, err = f.issued(ctx, pipeline); err != nil {
		return err
	}

	f.monitoring, err = f.issued(ctx, monitoring)

	return err
}

// logsIn expects this answer to a request with the token as its user's password.
func (f *foremanDemo) logsIn(ctx context.Context, token issued, want int) error {
	have, err := foremanAPI{url: f.url, login: deployLogin, password: token.Secret}.status(ctx)
	if err != nil {
		return err
	}

	return expect(f.story, fmt.Sprintf("GET /api/status as %s with %s: HTTP %d", deployLogin, token.Current.Name, want),
		want, have)
}
