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

func (t *tour) apply(ctx context.Context) error {
	return t.changes(ctx, "2 added, 0 changed, 0 destroyed", "apply", "-auto-approve")
}

func (t *tour) logInWithBoth(ctx context.Context) error {
	if err := t.readState(ctx); err != nil {
		return err
	}

	return errors.Join(
		expect(t.story, pipeline+".token is sensitive", true, t.pipeline.sensitive),
		expect(t.story, monitoring+".token is sensitive", true, t.monitoring.sensitive),
		t.logsIn(ctx, t.pipeline, http.StatusOK),
		t.logsIn(ctx, t.monitoring, http.StatusOK),
	)
}

func (t *tour) planEmpty(ctx context.Context) error {
	_, err := t.plan(ctx, exitNoChanges)

	return err
}

func (t *tour) list(ctx context.Context) error {
	var listed []struct {
		Name    string `json:"name"`
		Expires string `json:"expires"`
	}

	if err := t.output(ctx, &listed, "alive"); err != nil {
		return err
	}

	var names []string

	for _, token := range listed {
		names = append(names, token.Name)
		t.story.quote(fmt.Sprintf("%-24s expires %s", token.Name, token.Expires))
	}

	alive := t.platform.alive()

	return expect(t.story, fmt.Sprintf("these %d are what the server has", len(alive)),
		strings.Join(alive, ", "), strings.Join(names, ", "))
}

func (t *tour) revokePipeline(ctx context.Context) error { return t.revokeBehind(ctx, t.pipeline) }

func (t *tour) healPipeline(ctx context.Context) error {
	before, untouched := t.pipeline, t.monitoring.ID

	if err := t.reissue(ctx); err != nil {
		return err
	}

	if err := errors.Join(
		expect(t.story, fmt.Sprintf("%s follows %s", t.pipeline.Current.Name, before.Current.Name),
			before.Generation+1, t.pipeline.Generation),
		expect(t.story, "the other token was left alone", untouched, t.monitoring.ID),
		t.logsIn(ctx, t.pipeline, http.StatusOK),
		t.logsIn(ctx, before, http.StatusUnauthorized),
	); err != nil {
		return err
	}

	return t.planEmpty(ctx)
}

func (t *tour) adopt(ctx context.Context) error {
	// Midnight in UTC, which a platform can have whose tokens expire on dates.
	expires := time.Now().AddDate(1, 0, 0).UTC().Truncate(24 * time.Hour)

	secret, done, err := t.platform.issue(ctx, "laptop", expires)
	if err != nil {
		return err
	}

	t.story.guard("the secret of laptop", secret)

	if err := t.answered(done, t.platform.issuedStatus()); err != nil {
		return err
	}

	text := fmt.Sprintf(adoption, expires.Format(time.RFC3339))
	if err := os.WriteFile(filepath.Join(t.cli.folder, adoptionFile), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	if err := t.changes(ctx, "1 imported, 0 added, 0 changed, 0 destroyed", "apply", "-auto-approve"); err != nil {
		return err
	}

	imported, err := t.issued(ctx, adopted)
	if err != nil {
		return err
	}

	byHand := imported
	byHand.Secret = secret

	if err := errors.Join(
		expect(t.story, "nobody can read its secret again: token is null", "", imported.Secret),
		t.logsIn(ctx, byHand, http.StatusOK),
	); err != nil {
		return err
	}

	return t.planEmpty(ctx)
}

func (t *tour) destroy(ctx context.Context) error {
	if err := t.changes(ctx, "3 destroyed", "destroy", "-auto-approve"); err != nil {
		return err
	}

	// What it names is gone: who goes on by hand goes on without it.
	if err := os.Remove(filepath.Join(t.cli.folder, adoptionFile)); err != nil {
		return fmt.Errorf("remove the import: %w", err)
	}

	return errors.Join(
		expect(t.story, "live tokens on the server: 0", 0, t.counts.LiveTokens("")),
		t.logsIn(ctx, t.pipeline, http.StatusUnauthorized),
		t.logsIn(ctx, t.monitoring, http.StatusUnauthorized),
	)
}

// revokeBehind revokes a token behind Terraform's back, and expects a plan to say so.
func (t *tour) revokeBehind(ctx context.Context, token issued) error {
	gone, err := t.platform.revoke(ctx, token)
	if err != nil {
		return err
	}

	if err := t.answered(gone, http.StatusOK); err != nil {
		return err
	}

	done, err := t.plan(ctx, exitChanges)
	if err != nil {
		return err
	}

	reason := matching(done.stdout, regexp.MustCompile(`issue_reason`))
	t.story.quote(reason...)

	return expectText(t.story, "the plan says why a token is reissued",
		fmt.Sprintf("%q -> %q", "created", t.platform.afterRevocation()), reason)
}

// reissue applies what issues one token, and reads the state.
func (t *tour) reissue(ctx context.Context) error {
	if err := t.changes(ctx, "0 added, 1 changed, 0 destroyed", "apply", "-auto-approve"); err != nil {
		return err
	}

	return t.readState(ctx)
}

// changes runs a command that has to say these counts in the end.
func (t *tour) changes(ctx context.Context, counts string, args ...string) error {
	done, err := t.cli.run(ctx, args...)
	if err != nil {
		return err
	}

	said := verdicts(done.stdout)
	t.story.quote(said...)

	return errors.Join(
		expect(t.story, "exit code 0", 0, done.code),
		expectText(t.story, counts+": as it should be", counts, said),
	)
}

// plan plans and expects this exit code.
func (t *tour) plan(ctx context.Context, code int) (outcome, error) {
	done, err := t.cli.run(ctx, "plan", "-detailed-exitcode")
	if err != nil {
		return done, err
	}

	t.story.quote(verdicts(done.stdout)...)

	what := "exit code 0: nothing to do"
	if code == exitChanges {
		what = "exit code 2: something to do"
	}

	return done, expect(t.story, what, code, done.code)
}

// output reads an output of the configuration.
func (t *tour) output(ctx context.Context, into any, name string) error {
	args := []string{"output", "-json", name}
	t.story.command(t.cli.line(args))

	return t.cli.read(ctx, into, args...)
}

// logsIn expects this answer to a request that shows the token.
func (t *tour) logsIn(ctx context.Context, token issued, want int) error {
	done, err := t.platform.logIn(ctx, token)
	if err != nil {
		return err
	}

	return t.answered(done, want)
}

// answered expects this HTTP status.
func (t *tour) answered(done exchange, want int) error {
	return expect(t.story, fmt.Sprintf("%s: HTTP %d", done.asked, want), want, done.status)
}
