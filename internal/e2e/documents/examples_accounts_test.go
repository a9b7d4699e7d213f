package documents

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// TestAccExamples_checks tests that each check fails for the token it is meant to find, and for no
// other.
func TestAccExamples_checks(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server, clock := examples.NewAgedForeman(t, 100)
	w := s.Workspace(t)
	examples.Copy(t, w, "checks", "checks")
	w.Folder += "/checks"

	// Among the existing tokens, "backup server" has no expiry and is 100 days old.
	add := func(name string, expires time.Time) string {
		t.Helper()

		_, secret, err := server.AddToken(examples.DeployUser, name, expires)
		providertest.Must(t, err)

		return secret
	}

	soon := clock.Now().Add(103 * providertest.Day)
	late := soon.Add(365 * providertest.Day)
	forgotten, short := add("forgotten", late), add("short", soon)
	add("unnoticed", late)
	mustLogIn(t, s, examples.DeployUser, forgotten)

	clock.Move(100 * providertest.Day)
	mustLogIn(t, s, examples.DeployUser, short)
	add("good", late)

	problems := func() map[string][]string {
		t.Helper()

		_, plan := w.Plan(t)
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
			"Tokens that have not been used for 90d: forgotten of svc-deploy.",
			"Tokens that were issued 90d ago or earlier and never used: backup server of svc-backup, unnoticed of svc-deploy.",
		},
		"every_token_expires": {"Tokens without an expiry: backup server of svc-backup."},
	}
	if diff := cmp.Diff(want, problems()); diff != "" {
		t.Errorf("what the checks report (-want +got):\n%s", diff)
	}

	for _, login := range []string{"svc-backup", examples.DeployUser} {
		revokeAllBut(t, s, server.UserID(login), "good")
	}

	for name, messages := range problems() {
		if len(messages) > 0 {
			t.Errorf("%s still reports: %q", name, messages)
		}
	}
}

// TestAccExamples_bootstrap follows the example's steps from a password to a rotating token.
func TestAccExamples_bootstrap(t *testing.T) {
	s, server, clock := examples.NewAgedForeman(t, 0)
	w := s.Workspace(t)
	examples.Copy(t, w, "bootstrap", "bootstrap")
	w.Folder += "/bootstrap"

	const variable = "TF_VAR_foreman_password"

	password := s.Credential(t)
	handOver := func() string {
		t.Helper()

		secret := w.Run(t, "output", "-raw", "token").Text
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
	w.Apply(t)
	alive(1)

	first := handOver()
	w.Unchanged(t).Quiet(t)
	w.Refused(t, "Refusing to revoke the token that this provider is logged in with", "apply", "-auto-approve", "-destroy")

	clock.Move(21 * providertest.Day)
	w.Apply(t)
	alive(2)

	// The new token was not put to use, and the overlap of the old one ends.
	clock.Move(4 * providertest.Day)
	w.Unchanged(t).Warns(t, "The provider is logged in with a predecessor")

	if second := handOver(); second == first {
		t.Fatal("the token was not rotated")
	}

	w.Apply(t)
	alive(1)
	w.Unchanged(t).Quiet(t)
	w.Refused(t, "Refusing to revoke the token that this provider is logged in with", "apply", "-auto-approve", "-destroy")

	// All runs fail until the token has expired.
	clock.Move(40 * providertest.Day)
	w.Refused(t, "Could not read the personal access token", "plan")
	t.Setenv(variable, password)
	w.Apply(t)
	alive(1)

	if third := handOver(); third == first || third == password {
		t.Fatal("no new token was issued")
	}

	w.Unchanged(t).Quiet(t)
	t.Setenv(variable, password)
	w.Destroy(t)
	alive(0)
}

// mustLogIn logs in with a token; the server records the use.
func mustLogIn(t *testing.T, s examples.Server, login, secret string) {
	t.Helper()

	used := providertest.ForemanTarget(t, s.URL, login, secret)
	if _, err := used.System.CurrentUser(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// revokeAllBut revokes a user's tokens outside Terraform, except some.
func revokeAllBut(t *testing.T, s examples.Server, userID int, names ...string) {
	t.Helper()

	for _, token := range s.TokensOf(t, fmt.Sprint(userID)) {
		if !slices.Contains(names, token.Name) {
			providertest.Must(t, s.System.Revoke(t.Context(), token))
		}
	}
}
