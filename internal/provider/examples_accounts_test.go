package provider

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
)

// Each check fails for the token that it is there for, and for no other.
func TestAccExamples_checks(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server, clock := agedForemanExamples(t, 100)
	w := s.workspace(t)
	copyExamples(t, w, "checks", "checks")
	w.folder += "/checks"

	// What the server has before: "backup server" has no expiry and is 100 days old.
	add := func(name string, expires time.Time) string {
		t.Helper()

		_, secret, err := server.AddToken(exampleDeployUser, name, expires)
		must(t, err)

		return secret
	}

	soon := clock.now().Add(103 * day)
	late := soon.Add(365 * day)
	forgotten, short := add("forgotten", late), add("short", soon)
	add("unnoticed", late)
	mustLogIn(t, s, exampleDeployUser, forgotten)

	clock.move(100 * day)
	mustLogIn(t, s, exampleDeployUser, short)
	add("good", late)

	problems := func() map[string][]string {
		t.Helper()

		_, plan := w.plan(t)
		found := map[string][]string{}

		for _, check := range plan.Checks {
			found[check.Address.Name] = []string{}

			for _, instance := range check.Instances {
				for _, problem := range instance.Problems {
					found[check.Address.Name] = append(found[check.Address.Name], problem.Message)
				}
			}

			slices.Sort(found[check.Address.Name])

			if failed := check.Status == tfjson.CheckStatusFail; failed != (len(found[check.Address.Name]) > 0) {
				t.Errorf("%s: %s", check.Address.ToDisplay, check.Status)
			}
		}

		return found
	}

	want := map[string][]string{
		"no_token_is_about_to_expire": {
			fmt.Sprintf("Tokens that expire within 168h: short of svc-deploy on %s.", soon.UTC().Format(time.DateOnly)),
		},
		"every_token_is_used": {
			"Tokens that nobody has used for 90d: forgotten of svc-deploy.",
			"Tokens that nobody used since they were issued 90d ago, or earlier: backup server of svc-backup, unnoticed of svc-deploy.",
		},
		"every_token_expires": {"Tokens without an expiry: backup server of svc-backup."},
	}
	if diff := cmp.Diff(want, problems()); diff != "" {
		t.Errorf("what the checks report (-want +got):\n%s", diff)
	}

	for _, login := range []string{"svc-backup", exampleDeployUser} {
		revokeAllBut(t, s, server.UserID(login), "good")
	}

	for name, messages := range problems() {
		if len(messages) > 0 {
			t.Errorf("%s still reports: %q", name, messages)
		}
	}
}

// From a password to a token that rotates, in the order in which the example says.
func TestAccExamples_bootstrap(t *testing.T) {
	s, server, clock := agedForemanExamples(t, 0)
	w := s.workspace(t)
	copyExamples(t, w, "bootstrap", "bootstrap")
	w.folder += "/bootstrap"

	const variable = "TF_VAR_foreman_password"

	password := s.credential(t)
	handOver := func() string {
		t.Helper()

		secret := w.run(t, "output", "-raw", "token").text
		t.Setenv(variable, secret)

		return secret
	}
	alive := func(want int) {
		t.Helper()

		if found := server.LiveTokens("terraform"); found != want {
			t.Fatalf("%d tokens are alive, want %d", found, want)
		}
	}

	t.Setenv(variable, password)
	w.apply(t)
	alive(1)

	first := handOver()
	w.unchanged(t).quiet(t)
	w.refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-destroy")

	clock.move(21 * day)
	w.apply(t)
	alive(2)

	// It was not handed over, and its overlap ends.
	clock.move(4 * day)
	w.unchanged(t).warns(t, "A predecessor is the provider's own credential")

	if second := handOver(); second == first {
		t.Fatal("the token was not rotated")
	}

	w.apply(t)
	alive(1)
	w.unchanged(t).quiet(t)
	w.refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-destroy")

	// All runs failed until it had expired.
	clock.move(40 * day)
	w.refused(t, "Could not read the personal access token", "plan")
	t.Setenv(variable, password)
	w.apply(t)
	alive(1)

	if third := handOver(); third == first || third == password {
		t.Fatal("no other token was issued")
	}

	w.unchanged(t).quiet(t)
	t.Setenv(variable, password)
	w.destroy(t)
	alive(0)
}

// mustLogIn uses a token, which the server notes.
func mustLogIn(t *testing.T, s exampleServer, login, secret string) {
	t.Helper()

	used := foremanTarget(t, s.url, login, secret)
	if _, err := used.system.CurrentUser(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// revokeAllBut revokes a user's tokens behind Terraform's back, but for some.
func revokeAllBut(t *testing.T, s exampleServer, userID int, names ...string) {
	t.Helper()

	for _, token := range s.tokensOf(t, fmt.Sprint(userID)) {
		if !slices.Contains(names, token.Name) {
			must(t, s.system.Revoke(t.Context(), token))
		}
	}
}
