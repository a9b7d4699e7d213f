package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// The names of the token resources.
const (
	pipeline   = "pipeline"
	monitoring = "monitoring"
	laptop     = "laptop"
)

// overlap is the overlap in the rotation of the configuration.
const overlap = 3 * time.Second

// adoption imports a token and repeats its arguments.
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

// The actions that are the same on every platform.
var (
	planEmpty = plan(0, "no changes")
	create    = []action{apply("2 added, 0 changed, 0 destroyed")}
	reissue   = apply("0 added, 1 changed, 0 destroyed")
	logIn     = []action{
		isSensitive(pipeline), isSensitive(monitoring), logsIn(pipeline), logsIn(monitoring),
	}
	revokePipeline = []action{revokes(pipeline), plan(2, "changes are planned"), saysWhy}
	healPipeline   = []action{
		keep, reissue, follows(pipeline), untouched(monitoring),
		logsIn(pipeline), oldLogsIn(pipeline, http.StatusUnauthorized), planEmpty,
	}
	rotate = []action{
		keep, changeTicket, consumed(reissue), rotated(pipeline),
		oldLogsIn(pipeline, http.StatusOK), logsIn(pipeline),
	}
	retire = []action{
		wait(overlap + time.Second), plan(2, "changes are planned"), retiring(reissue),
		oldLogsIn(pipeline, http.StatusUnauthorized), logsIn(pipeline), planEmpty,
	}
	adopt = []action{
		keep, issueByHand, apply("1 imported, 0 added, 0 changed, 0 destroyed"), isSecretless(laptop),
		oldLogsIn(laptop, http.StatusOK), planEmpty,
	}
	destroy = []action{
		keep, changes("destroy", "3 destroyed"), forgetImport, noneAlive,
		oldLogsIn(pipeline, http.StatusUnauthorized), oldLogsIn(monitoring, http.StatusUnauthorized),
	}
)

// keep stores the current tokens, for actions that compare with them later.
func keep(_ context.Context, t *tour) { t.old = maps.Clone(t.tokens) }

// apply applies the configuration, expects these counts, and reads the state.
func apply(counts string) action { return changes("apply", counts) }

func changes(command, counts string) action {
	return func(ctx context.Context, t *tour) {
		done := t.run(ctx, nil, command, "-auto-approve")
		said := matching(done.Stdout, verdict)
		t.story.quote(said...)
		expect(t.story, "exit code 0", 0, done.Code)
		expectText(t.story, counts+", as expected", counts, said)
		t.readState(ctx)
	}
}

// plan plans and expects this exit code.
func plan(code int, means string) action {
	return func(ctx context.Context, t *tour) {
		done := t.run(ctx, nil, "plan", "-detailed-exitcode")
		t.story.quote(matching(done.Stdout, verdict)...)
		expect(t.story, fmt.Sprintf("exit code %d: %s", code, means), code, done.Code)
	}
}

// saysWhy checks the output of the plan before it.
func saysWhy(_ context.Context, t *tour) {
	reason := matching(t.story.last, regexp.MustCompile(`issue_reason`))
	t.story.quote(reason...)
	expectText(t.story, "the plan says why the token is reissued", fmt.Sprintf("%q -> %q", "created", t.revoked), reason)
}

func isSensitive(name string) action {
	return func(_ context.Context, t *tour) {
		expect(t.story, tokenType+"."+name+".token is marked as sensitive", true, t.tokens[name].sensitive)
	}
}

func isSecretless(name string) action {
	return func(_ context.Context, t *tour) {
		expect(t.story, "the imported token is in the state", name, t.tokens[name].Current.Name)
		expect(t.story, "its secret cannot be read again, so token is null", "", t.tokens[name].Secret)
	}
}

// logsIn expects the token to log in. oldLogsIn sends a request with the token that keep stored and
// expects this status.
func logsIn(name string) action {
	return func(ctx context.Context, t *tour) { t.responds(ctx, t.use(t.tokens[name]), http.StatusOK) }
}

func oldLogsIn(name string, status int) action {
	return func(ctx context.Context, t *tour) { t.responds(ctx, t.use(t.old[name]), status) }
}

// revokes revokes a token without Terraform.
func revokes(name string) action {
	return func(ctx context.Context, t *tour) { t.responds(ctx, t.revoke(t.tokens[name]), http.StatusOK) }
}

func follows(name string) action {
	return func(_ context.Context, t *tour) {
		now, old := t.tokens[name], t.old[name]
		expect(t.story, now.Current.Name+" replaces "+old.Current.Name, old.Generation+1, now.Generation)
	}
}

func untouched(name string) action {
	return func(_ context.Context, t *tour) {
		expect(t.story, "the other token did not change", t.old[name].ID, t.tokens[name].ID)
	}
}

// list compares the tokens in the data source with those on the server.
func list(ctx context.Context, t *tour) {
	var listed []struct {
		Name    string `json:"name"`
		Expires string `json:"expires"`
	}

	t.output(ctx, &listed, "alive")

	var names []string

	for _, token := range listed {
		names = append(names, token.Name)
		t.story.quote(fmt.Sprintf("%-24s expires %s", token.Name, token.Expires))
	}

	alive := t.alive()
	expect(t.story, fmt.Sprintf("the server has the same %d active tokens", len(alive)), strings.Join(alive, ", "), strings.Join(names, ", "))
}

// output reads an output of the configuration.
func (t *tour) output(ctx context.Context, into any, name string) {
	args := []string{"output", "-json", name}
	t.story.command(t.cli.Name() + " " + strings.Join(args, " "))
	t.read(ctx, into, args...)
}

func changeTicket(_ context.Context, t *tour) {
	const file, setting = "ticket.auto.tfvars", `ticket = "OPS-2"`

	t.story.command("echo '" + setting + "' >" + file)
	t.write(file, setting+"\n")
}

// consumed logs in with the pipeline's token repeatedly during an action, to show that a rotation
// does not affect the token's consumers.
func consumed(during action) action {
	return func(ctx context.Context, t *tour) {
		var logins, refused int

		consumer := t.use(t.tokens[pipeline])
		stop, ended := make(chan struct{}), make(chan error, 1)

		go func() {
			for {
				status, _, err := consumer.send(ctx)
				if err != nil {
					ended <- err

					return
				}

				logins++

				if status != http.StatusOK {
					refused++
				}

				select {
				case <-stop:
					ended <- nil

					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		}()

		during(ctx, t)
		close(stop)

		if err := <-ended; err != nil {
			t.story.fail(err)
		}

		expect(t.story, fmt.Sprintf("logins with the old token while Terraform ran: %d, refused: 0", logins), 0, refused)
	}
}

func rotated(name string) action {
	return func(_ context.Context, t *tour) {
		now, old := t.tokens[name].Current, t.old[name].Current
		expect(t.story, now.Name+" replaces "+old.Name+", because a trigger changed", "triggers", now.Reason)
	}
}

func wait(d time.Duration) action {
	return func(ctx context.Context, t *tour) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			t.story.fail(ctx.Err())
		}
	}
}

// retiring expects an action to revoke the pipeline's only predecessor, and to change nothing else.
func retiring(during action) action {
	return func(ctx context.Context, t *tour) {
		before := t.tokens[pipeline]
		if len(before.Previous) != 1 {
			t.story.fail(fmt.Errorf("the state has %d predecessors, want one", len(before.Previous)))

			return
		}

		during(ctx, t)
		expect(t.story, before.Previous[0].Name+" is no longer a predecessor", 0, len(t.tokens[pipeline].Previous))
		expect(t.story, "the current token did not change", before.Secret, t.tokens[pipeline].Secret)
	}
}

// issueByHand issues a token without Terraform and configures its import.
func issueByHand(ctx context.Context, t *tour) {
	// Midnight in UTC, because the tokens of some platforms expire on dates.
	expires := time.Now().AddDate(1, 0, 0).UTC().Truncate(24 * time.Hour)
	body := t.responds(ctx, t.issue(laptop, expires), t.issuedStatus)

	secret, err := t.secretIn(body)
	if err != nil {
		t.story.fail(fmt.Errorf("read the secret: %w", err))
	}

	t.story.guard("the secret of "+laptop, secret)

	byHand := issued{Secret: secret}
	byHand.Current.Name = laptop
	t.old[laptop] = byHand

	t.write(laptop+".tf", fmt.Sprintf(adoption, expires.Format(time.RFC3339)))
}

// forgetImport removes the import of the destroyed token, which would fail if the user continues by
// hand.
func forgetImport(_ context.Context, t *tour) {
	if err := os.Remove(filepath.Join(t.cli.Folder, laptop+".tf")); err != nil {
		t.story.fail(fmt.Errorf("remove the import: %w", err))
	}
}

func noneAlive(_ context.Context, t *tour) {
	expect(t.story, "active tokens on the server: 0", 0, t.live(""))
}

// mistake applies with a wrong setting. The apply must fail with an error that contains this text,
// leave the state unchanged, and revoke no token.
func mistake(says string, set []variable, args ...string) action {
	return func(ctx context.Context, t *tour) {
		state, alive := t.stateFile(), t.live("")
		done := t.run(ctx, set, append([]string{"apply", "-auto-approve"}, args...)...)
		said := errorThat(says, done.Stderr)
		t.story.quote(said...)
		expect(t.story, "exit code 1", 1, done.Code)
		expectText(t.story, fmt.Sprintf("the error says %q", says), says, said)
		expect(t.story, "the state file is unchanged, byte for byte", true, state == t.stateFile())
		expect(t.story, fmt.Sprintf("tokens that are still active: %d", alive), alive, t.live(""))
	}
}

// wrongPassword is a mistake that may reach the server only once.
func wrongPassword(says string) action {
	return func(ctx context.Context, t *tour) {
		wrong := variable{t.password.name, rand.Text()}
		t.story.guard("the wrong password", wrong.value)

		before, refused := t.console.Count(nil), t.console.Count(isRefused)

		mistake(says, []variable{wrong})(ctx, t)
		expect(t.story, "requests that reached the server: 1", 1, t.console.Count(nil)-before)
		expect(t.story, "login attempts that the server refused: 1", 1, t.console.Count(isRefused)-refused)
	}
}

// stateFile returns the content of the state file.
func (t *tour) stateFile() string {
	text, err := os.ReadFile(filepath.Join(t.cli.Folder, "terraform.tfstate"))
	if err != nil {
		t.story.fail(fmt.Errorf("read the state: %w", err))
	}

	return string(text)
}
