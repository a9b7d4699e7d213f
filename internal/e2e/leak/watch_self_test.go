package leak

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// foreverSecret is a secret with Foreman's format.
const foreverSecret = foremanserver.SecretPrefix + "0123456789abcdef"

// found returns what a watch has found.
func (w *leakWatch) found() []string { return slices.Sorted(maps.Keys(w.findings)) }

func TestLeakWatch_findsEveryKindOfSecret(t *testing.T) {
	t.Parallel()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://h.example.com", nil)
	providertest.Must(t, err)
	request.SetBasicAuth("me", "opaque")
	request.AddCookie(&http.Cookie{Name: "id", Value: "session-of-nobody"}) //nolint:gosec // A cookie that is sent has no attributes.

	w := newLeakWatch()
	w.sent(request)
	w.received(http.Header{"Set-Cookie": {"id=another-session"}}, foreverSecret+foremanserver.HashPrefix+"0123456789012345678901234567890")
	w.guardKey("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n")
	w.guard(leakOfPassword, "correct-horse")

	for text, kind := range map[string]string{
		`the beginning of it: "` + foreverSecret[:8]:                             leakOfSecret,
		"the end of it: " + foreverSecret[11:] + ".":                             leakOfSecret,
		"in base64: " + base64.StdEncoding.EncodeToString([]byte(foreverSecret)): leakOfSecret,
		"its fingerprint: " + providertest.SecretFingerprint(foreverSecret):      leakOfFingerprint,
		"by its mark: " + leakPassword + "x":                                     leakOfPassword,
		"a half: t-horse":                                                        leakOfPassword,
		"Basic bWU6b3BhcXVl":                                                     leakOfCredentials,
		"id=session-of-nobody":                                                   leakOfSession,
		"id=another-session":                                                     leakOfSession,
		"a hash: " + foremanserver.HashPrefix + "x":                              leakOfHash,
		"MIGHAgEAMBMGByqGSM49":                                                   leakOfKey,
		"panic: runtime error":                                                   leakOfPanic,
	} {
		w.findings = map[string]int{}
		w.look("a place", text)

		if diff := cmp.Diff([]string{kind + " in a place"}, w.found()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func TestLeakWatch_findsItInEveryPlace(t *testing.T) {
	t.Parallel()

	watch := newLeakWatch()
	watch.guardSecret(foreverSecret)

	sum := providertest.SecretFingerprint(foreverSecret)
	s := &leakScene{watch: watch, cli: clirun.CLI{Folder: t.TempDir()}}
	log := filepath.Join(t.TempDir(), "log")
	private := base64.StdEncoding.EncodeToString(
		[]byte(`{"x":"` + base64.StdEncoding.EncodeToString([]byte(`{"y":"`+foreverSecret+`"}`)) + `"}`))
	instance := func(more string) string {
		return fmt.Sprintf(`{"resources":[{"type":%q,"mode":"managed","instances":[{"attributes":{"token":%q,"current":{"sha256":%q}}%s}]}]}`,
			providertest.TokenType, foreverSecret, sum, more)
	}

	for name, test := range map[string]struct {
		look func()
		want []string
	}{
		"the text of a command":                     {func() { watch.lookAtText("stdout", "x\n"+foreverSecret) }, []string{leakOfSecret + " in stdout"}},
		"the attribute for fingerprints, in a text": {func() { watch.lookAtText("stdout", `+ sha256 = "`+sum+`"`) }, nil},
		"a fingerprint elsewhere":                   {func() { watch.lookAtText("stdout", `+ name = "`+sum+`"`) }, []string{leakOfFingerprint + " in stdout"}},
		"an entry of the provider": {func() {
			providertest.Must(t, os.WriteFile(log, []byte("2028-02-28T12:00:00.000Z [TRACE] provider.terraform-provider-opsaccess: x\n more: "+sum), 0o600))
			s.lookAtLog(t, "op", log)
		}, []string{leakOfFingerprint + " in op: log of the provider"}},
		"an entry of Terraform's": {func() {
			providertest.Must(t, os.WriteFile(log, []byte("2028-02-28T12:00:00.000Z [DEBUG] core.x: y="+foreverSecret), 0o600))
			s.lookAtLog(t, "op", log)
		}, []string{leakOfSecret + " in op: log of Terraform"}},
		"a file that a command left": {func() {
			s.file(t, "crash.log", foreverSecret)
			s.lookAtFiles(t, "op")
			providertest.Must(t, os.Remove(filepath.Join(s.cli.Folder, "crash.log")))
		}, []string{leakOfSecret + " in op: crash.log"}},
		"a state, where it belongs": {func() { s.lookAtState(t, "op", []byte(instance(""))) }, nil},
		"the identity in a state": {
			func() { s.lookAtState(t, "op", []byte(instance(`,"identity":{"token":"`+foreverSecret+`"}`))) },
			[]string{leakOfSecret + " in op: state of " + providertest.TokenType + ".identity.token"},
		},
		"private data": {
			func() { s.lookAtState(t, "op", []byte(instance(`,"private":"`+private+`"`))) },
			[]string{leakOfSecret + " in op: private data of " + providertest.TokenType},
		},
		"a value of a plan": {
			func() {
				watch.lookAtJSON(t, "plan", `{"change":{"after":{"a":["`+foreverSecret+`"]},"after_sensitive":{"token":true}}}`)
			},
			[]string{leakOfSecret + " in plan.change.after.a"},
		},
		"a sensitive value of a plan": {
			func() {
				watch.lookAtJSON(t, "plan", `{"change":{"after":{"token":"`+foreverSecret+`"},"after_sensitive":{"token":true}}}`)
			}, nil,
		},
		"a name in a plan": {
			func() { watch.lookAtJSON(t, "plan", `{"`+foreverSecret+`":1}`) }, []string{leakOfSecret + " in a name in plan"},
		},
	} {
		watch.findings = map[string]int{}
		test.look()

		if got := watch.found(); !slices.Equal(got, test.want) && !slices.Equal(slices.Compact(got), test.want) {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(test.want, got))
		}
	}
}

func (w *leakWatch) lookAtJSON(t *testing.T, place, text string) {
	t.Helper()

	var document any

	providertest.Must(t, json.Unmarshal([]byte(text), &document))
	w.lookAtValues(place, document, nil)
}

// TestLeak_everyConstructHasARow fails if the leak tests do not cover a construct of the provider.
func TestLeak_everyConstructHasARow(t *testing.T) {
	t.Parallel()

	response, err := providertest.Protocol(t).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	providertest.Must(t, err)

	var all []string

	for _, stage := range leakStages {
		p := &leakProvider{modifies: true, users: []providertest.Account{{Login: "svc"}}}
		for _, construct := range leakConstructs {
			all = append(all, construct(stage, p, p.users[0]))
		}
	}

	for block, names := range map[string][]string{
		"resource":  slices.Collect(maps.Keys(response.ResourceSchemas)),
		"data":      slices.Collect(maps.Keys(response.DataSourceSchemas)),
		"ephemeral": slices.Collect(maps.Keys(response.EphemeralResourceSchemas)),
		"list":      slices.Collect(maps.Keys(response.ListResourceSchemas)),
		"action":    slices.Collect(maps.Keys(response.ActionSchemas)),
	} {
		for _, name := range names {
			if (block == "list" || block == "action") && !slices.Contains(leakCalls, block+" "+name) {
				t.Errorf("no leak test calls %s %s", block, name)
			}

			if !slices.ContainsFunc(all, func(text string) bool {
				return providertest.Words(fmt.Sprintf("%s %q ", block, name)).MatchString(text)
			}) {
				t.Errorf("no configuration of the leak tests contains %s %s", block, name)
			}
		}
	}
}
