package move

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

const (
	movedBlock   = "moved {\n from = restapi_object.deploy\n to = " + providertest.TokenAddress + "\n}\n"
	movingGuide  = "moving-from-restapi.md.tmpl"
	movedTrigger = "rotation = {\ntriggers = { reason = %q }\noverlap = \"48h\"\n}"
)

// TestAccMove_keepsTheToken tests that the token and its secret survive the move, whatever version of
// the source wrote the state: the run sends only reads, and the new state contains the secret once.
//
// A provider usually supports moves only between its own types. Without this one, the token would have
// to be imported, which loses the secret, or reissued, which interrupts its consumers.
func TestAccMove_keepsTheToken(t *testing.T) {
	t.Parallel()

	for _, version := range []string{"1.20", "2.0", "3.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()

			s, user, issued := movableToken(t)
			w := newRESTWorkspace(t, s.Target, restStates(t, issued)[version])
			config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_at = %q",
				user.ID, issued.Name, issued.ExpiresAt.UTC().Format(time.RFC3339)))
			w.Write(t, config+movedBlock)
			s.Console.ResetRequests()

			done := w.Planned(t, plancheck.ExpectResourceAction(providertest.TokenAddress, plancheck.ResourceActionNoop))
			done.Warns(t, "Earlier versions of the state contain the secret")

			if shown := w.Run(t, "plan", "-no-color"); shown.Code != 0 || strings.Contains(shown.Text+shown.Stderr, issued.Secret.Reveal()) {
				t.Errorf("the plan ends with %d, or shows the secret: %s%s", shown.Code, shown.Text, shown.Stderr)
			}

			w.Apply(t, providertest.Generation(1), providertest.IssueReason("imported"), providertest.NoPredecessors(),
				providertest.HasValue(providertest.Path("id"), knownvalue.StringExact(user.ID+"/"+issued.ID)),
				providertest.HasValue(providertest.Path("server"), knownvalue.StringExact(s.URL)),
				providertest.HasValue(providertest.Path("owner"), knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": knownvalue.StringExact(user.ID), "username": knownvalue.StringExact(user.Login),
				})),
				providertest.HasValue(providertest.Path("token"), knownvalue.StringExact(issued.Secret.Reveal())),
				providertest.HasText(providertest.TokenAddress, providertest.SecretFingerprint(issued.Secret), "sha256"))
			w.Unchanged(t).Quiet(t)

			// The moved block may stay in the configuration.
			w.Write(t, config)
			w.Unchanged(t).Quiet(t)

			onlyReads(t, s)
			s.WantAccepted(t, user, issued.Secret.Reveal())

			state := stateText(t, w)
			if count := strings.Count(state, issued.Secret.Reveal()); count != 1 || strings.Contains(state, "create_response") {
				t.Errorf("the secret is %d times in the state, want once, without a copy of a response:\n%s", count, state)
			}
		})
	}
}

// TestAccMove_thenRotates tests a configuration with the arguments that one would write for a new
// token. The move is recorded, and the token rotates like any other: the secret in old states is
// revoked after the overlap.
func TestAccMove_thenRotates(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["3.0"])
	config := func(reason string) string {
		return s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"dep\"\nexpires_in = \"90d\"\n"+movedTrigger,
			user.Login, reason))
	}

	w.Write(t, config("moved")+movedBlock)
	s.Console.ResetRequests()
	w.Planned(t, providertest.KnownToken{}, providertest.Unknowns(nil))
	w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.StringExact(issued.Secret.Reveal())), providertest.HasText(providertest.TokenAddress, issued.Name, "name"))
	w.Unchanged(t).Quiet(t)
	onlyReads(t, s)

	w.Write(t, config("old states")+movedBlock)
	w.Apply(t, providertest.Generation(2), providertest.IssueReason("triggers"), providertest.Predecessors(map[string]knownvalue.Check{
		"id": knownvalue.StringExact(issued.ID), "generation": knownvalue.Int64Exact(1),
		"sha256": knownvalue.StringExact(providertest.SecretFingerprint(issued.Secret)),
	}))
	s.WantAccepted(t, user, issued.Secret.Reveal())
	w.Unchanged(t).Quiet(t)

	if state := stateText(t, w); strings.Contains(state, issued.Secret.Reveal()) {
		t.Error("the moved token's secret is still in the state")
	}

	s.Clock.Move(3 * providertest.Day)
	w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
	s.WantRefused(t, user, issued.Secret.Reveal())
	w.Destroy(t)
	s.WantNoneAlive(t)
}

// TestAccMove_withoutTheSecret tests that a token without its secret in the old state is treated like
// an imported token.
func TestAccMove_withoutTheSecret(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["3.0 after an import"])
	w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"other-\"", user.ID))+movedBlock)
	s.Console.ResetRequests()

	w.Planned(t, providertest.KnownToken{}, providertest.Unknowns(nil)).Warns(t, "The token's secret is not known", "The imported token differs from the configuration")
	w.Apply(t, providertest.Generation(0), providertest.IssueReason("imported"), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))
	w.Unchanged(t)
	onlyReads(t, s)
}

// TestAccMove_withoutResponses tests a state without a copy of a response: the refresh reads the values
// from the server, and a matching configuration changes nothing.
func TestAccMove_withoutResponses(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["1.0"])
	w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_at = %q",
		user.ID, issued.Name, issued.ExpiresAt.UTC().Format(time.RFC3339)))+movedBlock)

	w.Planned(t, plancheck.ExpectResourceAction(providertest.TokenAddress, plancheck.ResourceActionNoop))
	w.Apply(t, providertest.Generation(0), providertest.HasText(providertest.TokenAddress, issued.ExpiresAt.UTC().Format(time.RFC3339), "expires_at"))
	w.Unchanged(t).Quiet(t)
}

// TestAccMove_withoutRefresh tests a move without a refresh. The state does not record a server, since
// none was contacted; the next refresh records it. A destroy finds the token.
func TestAccMove_withoutRefresh(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["2.0"])
	w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"dep\"", user.Login))+movedBlock)
	s.Console.ResetRequests()

	w.ApplyWith(t, []string{"-refresh=false"}, providertest.Generation(1), providertest.HasValue(providertest.Path("server"), knownvalue.Null()))
	onlyReads(t, s)
	w.ApplyWith(t, []string{"-refresh=false", "-destroy"})
	s.WantRefused(t, user, issued.Secret.Reveal())
}

// TestAccMove_toAnotherServer tests that a token which the configured server does not have is refused,
// until the correct server is configured. Nothing is reissued, revoked or dropped from state.
func TestAccMove_toAnotherServer(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	away := providertest.NewForemanSandbox(t)
	awayUser := away.AddUser(t, providertest.User{Login: "svc-away"})
	controller := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})

	if awayUser.ID != user.ID {
		t.Fatalf("the users have the ids %s and %s, but the test needs the same id", user.ID, awayUser.ID)
	}

	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["3.0"])
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.ID, issued.Name)) + movedBlock

	// A token with the same id that belongs to someone else.
	namesake, err := away.System.Create(t.Context(), awayUser.ID, pat.NewToken{Name: "another"})
	providertest.Must(t, err)

	if namesake.ID != issued.ID {
		t.Fatalf("the tokens have the ids %s and %s, but the test needs the same id", issued.ID, namesake.ID)
	}

	for _, other := range []struct {
		on   *providertest.Sandbox
		says string
	}{{away, "The token is not on this server"}, {controller, "The token belongs to another platform"}} {
		other.on.Console.ResetRequests()
		w.Write(t, other.on.AdminBlock()+token)
		w.Refused(t, other.says, "plan")
		w.Refused(t, other.says, "apply", "-auto-approve")
		w.Refused(t, other.says, "apply", "-auto-approve", "-destroy")
		onlyReads(t, other.on)
	}

	w.Write(t, s.AdminBlock()+token)
	w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("server"), knownvalue.StringExact(s.URL)))
	w.Unchanged(t).Quiet(t)
	s.WantAccepted(t, user, issued.Secret.Reveal())
}

// TestAccMove_asTheGuideSays applies the guide's configuration to a state as the guide describes it.
func TestAccMove_asTheGuideSays(t *testing.T) {
	t.Parallel()

	s, _, issued := movableToken(t)
	w := newRESTWorkspace(t, s.Target, restStates(t, issued)["3.0"])
	block := examples.FirstOf(examples.GuideBlocks(t, "terraform"), movingGuide).Text
	w.Write(t, s.AdminBlock()+strings.NewReplacer(
		"opsaccess_personal_access_token.deploy", providertest.TokenAddress, `token" "deploy"`, `token" "test"`).Replace(block))
	s.Console.ResetRequests()

	w.Planned(t, providertest.KnownToken{}, providertest.Unknowns(nil)).Warns(t, "Earlier versions of the state contain the secret")
	w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.StringExact(issued.Secret.Reveal())))
	w.Unchanged(t).Quiet(t)
	onlyReads(t, s)
}

// movableToken returns a server with a user who has an expiring token.
func movableToken(t *testing.T) (*providertest.Sandbox, providertest.Account, pat.Issued) {
	t.Helper()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: examples.DeployUser})

	issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "deploy-pipeline", ExpiresAt: pat.Some(s.Expiry(300 * providertest.Day))})
	providertest.Must(t, err)

	return s, user, issued
}

// onlyReads fails the test if a token was issued or revoked since the last reset.
func onlyReads(t *testing.T, s *providertest.Sandbox) {
	t.Helper()

	revoked := s.Console.Count(sandbox.Matching("DELETE", ""))
	if issued := s.Issued(); issued != 0 || revoked != 0 {
		t.Errorf("%d tokens were issued and %d revoked, want none", issued, revoked)
	}
}

// stateText returns the content of the state file.
func stateText(t *testing.T, w *providertest.Workspace) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(w.Folder, "terraform.tfstate"))
	providertest.Must(t, err)

	return string(text)
}
