package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

const (
	movedBlock   = "moved {\n from = restapi_object.deploy\n to = " + tokenAddress + "\n}\n"
	movingGuide  = "moving-from-restapi.md.tmpl"
	movedTrigger = "rotation = {\ntriggers = { reason = %q }\noverlap = \"48h\"\n}"
)

// Others: a provider takes over its own types alone, or the token is imported, which loses
// the secret, or issued anew, which cuts its consumers off.
//
// The token lives on, with its secret, whatever version wrote the state: the run sends
// nothing but reads, and what it leaves behind has the secret once.
func TestAccMove_keepsTheToken(t *testing.T) {
	t.Parallel()

	for _, version := range []string{"1.0 before a refresh", "1.20", "2.0", "3.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()

			s, user, issued := movableToken(t)
			w := newRESTWorkspace(t, s.target, restStates(t, issued)[version])
			config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_at = %q",
				user.id, issued.Name, issued.ExpiresAt.UTC().Format(time.RFC3339)))
			w.write(t, config+movedBlock)
			s.console.ResetRequests()

			done := w.planned(t, plancheck.ExpectResourceAction(tokenAddress, plancheck.ResourceActionNoop))
			done.warns(t, "Old states hold the token's secret")

			if shown := w.run(t, "plan", "-no-color"); shown.code != 0 || strings.Contains(shown.text+shown.stderr, issued.Secret.Reveal()) {
				t.Errorf("the plan ends with %d, or shows the secret: %s%s", shown.code, shown.text, shown.stderr)
			}

			w.apply(t, generation(1), reason("imported"), alone(),
				value(at("id"), knownvalue.StringExact(user.id+"/"+issued.ID)),
				value(at("server"), knownvalue.StringExact(s.url)),
				value(at("owner"), knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": knownvalue.StringExact(user.id), "username": knownvalue.StringExact(user.login),
				})),
				value(at("token"), knownvalue.StringExact(issued.Secret.Reveal())),
				has(tokenAddress, secretFingerprint(issued.Secret), "sha256"))
			w.unchanged(t).quiet(t)

			// The moved block may stay.
			w.write(t, config)
			w.unchanged(t).quiet(t)

			onlyReads(t, s)
			s.works(t, user, issued.Secret.Reveal())

			state := stateText(t, w)
			if count := strings.Count(state, issued.Secret.Reveal()); count != 1 || strings.Contains(state, "create_response") {
				t.Errorf("the secret is %d times in the state, want once, and no copy of an answer:\n%s", count, state)
			}
		})
	}
}

// With arguments as one would write them anew the move is recorded, and the token rotates
// like one that was issued here: what the old states hold is revoked after the overlap.
func TestAccMove_thenRotates(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.target, restStates(t, issued)["3.0"])
	config := func(reason string) string {
		return s.provider() + tokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"dep\"\nexpires_in = \"90d\"\n"+movedTrigger,
			user.login, reason))
	}

	w.write(t, config("moved")+movedBlock)
	s.console.ResetRequests()
	w.planned(t, knownToken{}, unknowns(nil))
	w.apply(t, generation(1), value(at("token"), knownvalue.StringExact(issued.Secret.Reveal())), has(tokenAddress, issued.Name, "name"))
	w.unchanged(t).quiet(t)
	onlyReads(t, s)

	w.write(t, config("old states")+movedBlock)
	w.apply(t, generation(2), reason("triggers"), predecessors(map[string]knownvalue.Check{
		"id": knownvalue.StringExact(issued.ID), "generation": knownvalue.Int64Exact(1),
		"sha256": knownvalue.StringExact(secretFingerprint(issued.Secret)),
	}))
	s.works(t, user, issued.Secret.Reveal())
	w.unchanged(t).quiet(t)

	if state := stateText(t, w); strings.Contains(state, issued.Secret.Reveal()) {
		t.Error("the moved token's secret is still in the state")
	}

	s.clock.move(3 * day)
	w.apply(t, generation(2), alone())
	s.dead(t, user, issued.Secret.Reveal())
	w.destroy(t)
	s.wantNoneAlive(t)
}

// Where the secret is lost the token is like an imported one.
func TestAccMove_withoutTheSecret(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.target, restStates(t, issued)["3.0 after an import"])
	w.write(t, s.provider()+tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"other-\"", user.id))+movedBlock)
	s.console.ResetRequests()

	w.planned(t, knownToken{}, unknowns(nil)).warns(t, "The token's secret is not known", "The imported token differs")
	w.apply(t, generation(0), reason("imported"), value(at("token"), knownvalue.Null()))
	w.unchanged(t)
	onlyReads(t, s)
}

// What no answer in the state tells, the server does: a matching configuration changes
// nothing.
func TestAccMove_withoutAnswers(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	object := restStates(t, issued)["1.0"]
	object.attributes = with(object.attributes, map[string]any{"api_data": nil})

	w := newRESTWorkspace(t, s.target, object)
	w.write(t, s.provider()+tokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_at = %q",
		user.id, issued.Name, issued.ExpiresAt.UTC().Format(time.RFC3339)))+movedBlock)

	w.planned(t, plancheck.ExpectResourceAction(tokenAddress, plancheck.ResourceActionNoop))
	w.apply(t, generation(0), has(tokenAddress, issued.ExpiresAt.UTC().Format(time.RFC3339), "expires_at"))
	w.unchanged(t).quiet(t)
}

// Without a refresh the server is not known, and nothing is taken for it; the next refresh
// records it. A destroy finds the token where it is.
func TestAccMove_withoutRefresh(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	w := newRESTWorkspace(t, s.target, restStates(t, issued)["2.0"])
	w.write(t, s.provider()+tokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"dep\"", user.login))+movedBlock)
	s.console.ResetRequests()

	w.applyWith(t, []string{"-refresh=false"}, generation(1), value(at("server"), knownvalue.Null()))
	onlyReads(t, s)
	w.applyWith(t, []string{"-refresh=false", "-destroy"})
	s.dead(t, user, issued.Secret.Reveal())
}

// A token that the configured server does not have is refused until the right one is
// configured: nothing is reissued, revoked or forgotten.
func TestAccMove_toAnotherServer(t *testing.T) {
	t.Parallel()

	s, user, issued := movableToken(t)
	away := rotatingForeman(t)
	awayUser := away.addUser(t, testUser{login: "svc-away"})
	controller := rotatingUniversalController(t, controllerserver.Options{})

	if awayUser.id != user.id {
		t.Fatalf("the users have the ids %s and %s: the test needs two that look alike", user.id, awayUser.id)
	}

	w := newRESTWorkspace(t, s.target, restStates(t, issued)["3.0"])
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.id, issued.Name)) + movedBlock

	// Of the very id, and another's.
	namesake, err := away.system.Create(t.Context(), awayUser.id, pat.NewToken{Name: "another"})
	must(t, err)

	if namesake.ID != issued.ID {
		t.Fatalf("the tokens have the ids %s and %s: the test needs two that look alike", issued.ID, namesake.ID)
	}

	for _, other := range []struct {
		on   *sandboxed
		says string
	}{{away, "The token is not on this server"}, {controller, "The token is of another platform"}} {
		other.on.console.ResetRequests()
		w.write(t, other.on.provider()+token)
		w.refused(t, other.says, "plan")
		w.refused(t, other.says, "apply", "-auto-approve")
		w.refused(t, other.says, "apply", "-auto-approve", "-destroy")
		onlyReads(t, other.on)
	}

	w.write(t, s.provider()+token)
	w.apply(t, generation(1), value(at("server"), knownvalue.StringExact(s.url)))
	w.unchanged(t).quiet(t)
	s.works(t, user, issued.Secret.Reveal())
}

// What the guide says to write is applied to a state as it describes it.
func TestAccMove_asTheGuideSays(t *testing.T) {
	t.Parallel()

	s, _, issued := movableToken(t)
	w := newRESTWorkspace(t, s.target, restStates(t, issued)["3.0"])
	block := firstOf(guideBlocks(t, "terraform"), movingGuide).text
	w.write(t, s.provider()+strings.NewReplacer(
		"opsaccess_personal_access_token.deploy", tokenAddress, `token" "deploy"`, `token" "test"`).Replace(block))
	s.console.ResetRequests()

	w.planned(t, knownToken{}, unknowns(nil)).warns(t, "Old states hold the token's secret")
	w.apply(t, generation(1), value(at("token"), knownvalue.StringExact(issued.Secret.Reveal())))
	w.unchanged(t).quiet(t)
	onlyReads(t, s)
}

// movableToken returns a server on which a user has a token that expires.
func movableToken(t *testing.T) (*sandboxed, account, pat.Issued) {
	t.Helper()

	s := rotatingForeman(t)
	user := s.addUser(t, testUser{login: exampleDeployUser})

	issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "deploy-pipeline", ExpiresAt: pat.Some(s.expiry(300 * day))})
	must(t, err)

	return s, user, issued
}

// onlyReads fails the test if a token was issued or revoked since the last reset.
func onlyReads(t *testing.T, s *sandboxed) {
	t.Helper()

	revoked := s.console.Count(sandbox.Matching("DELETE", ""))
	if issued := s.issued(); issued != 0 || revoked != 0 {
		t.Errorf("%d tokens were issued and %d revoked, want none", issued, revoked)
	}
}

// stateText returns the state as it is on disk.
func stateText(t *testing.T, w *workspace) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(w.folder, "terraform.tfstate"))
	must(t, err)

	return string(text)
}
