package documents

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// What documents name, and what is in its place in tests.
const (
	documentedRecipient = "age1qxlflznnc5gvzpwc6nyryn75l7tcuswt7ey0ctngz03j4sg79faq34caxu"
	identityVariable    = "age_identity"
	ownSecret           = "ci/foreman/terraform"
	keySecret           = "ci/foreman/age"
)

// stored is where the documents keep the secret of a token.
var stored = []string{ownSecret, "ci/foreman/svc-deploy", "ci/foreman-svc-deploy"}

// An example that hands a token to Vault or Kubernetes is applied as it stands, beside a stand-in for
// that store, and the store always has a token that works.
func TestAccExamples_stores(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	var applied int

	for _, name := range exampleConfigurations(t) { //nolint:paralleltest // As above.
		text := examples.Text(t, name)
		if !strings.Contains(text, `resource "vault_`) && !strings.Contains(text, `resource "kubernetes_`) {
			continue
		}

		applied++

		t.Run(name, func(t *testing.T) {
			applyBesideStores(t, examples.NewServers(t, name)[0], text)
		})
	}

	if applied < 4 {
		t.Errorf("only %d examples were applied: are they still found?", applied)
	}
}

// The same for the guides.
func TestAccGuides_stores(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	blocks := examples.GuideBlocks(t, "terraform")

	for _, b := range blocks { //nolint:paralleltest // As above.
		if !b.NeedsStore() || !b.Suits(t) {
			continue
		}

		t.Run(b.Name(), func(t *testing.T) {
			applyBesideStores(t, newGuideServer(t, b.OnController()), b.Whole(t, blocks))
		})
	}
}

// applyBesideStores applies a configuration, replaces its token, and destroys all. A token whose
// secret is decrypted may be in no file of the CLI.
func applyBesideStores(t *testing.T, s examples.Server, text string) {
	t.Helper()

	var (
		stores        examples.Stores
		identity, key = agekeys.Native(t)
		password      = s.Credential(t)
		before        = s.Live()
	)

	w := s.Workspace(t)
	w.Beside = stores.Providers()
	w.Write(t, strings.ReplaceAll(text, documentedRecipient, key.Recipient))

	if strings.Contains(text, "required_providers") {
		w.File(t, "versions.tf", "")
	}

	if strings.Contains(text, fmt.Sprintf("variable %q", identityVariable)) {
		w.File(t, "identity.auto.tfvars", fmt.Sprintf("%s = %q\n", identityVariable, identity))
	}

	logIn := func() { stores.Put(ownSecret, map[string]string{"username": "terraform", "password": password}) }
	logIn()
	stores.Put(keySecret, map[string]string{"identity": identity.String()})

	apply := func(arguments ...string) string {
		t.Helper()
		w.ApplyWith(t, arguments)
		w.Unchanged(t)

		secret := storedToken(t, s, &stores)
		if strings.Contains(text, "::decrypt(") {
			w.Plan(t)
			wantInNoFile(t, w, secret)
		}

		return secret
	}

	first := apply()

	if stores.Get(ownSecret)["password"] == password { // Not what the provider itself logs in with.
		if second := apply("-replace=opsaccess_personal_access_token.deploy"); second == first {
			t.Error("the store has the secret of the token that was replaced")
		}
	}

	logIn()

	if strings.Contains(text, `resource "vault_kv_secret_v2" "own"`) {
		// What the provider logs in with is read in the destroy, too, and may be deleted before.
		if done := w.Run(t, "state", "rm", "vault_kv_secret_v2.own"); done.Code != 0 {
			t.Fatal(done.Stderr)
		}
	}

	w.Destroy(t)

	if left := s.Live() - before; left != 0 {
		t.Errorf("%d tokens outlived the configuration, want none", left)
	}
}

// storedToken returns the token that the stores have, and logs in with it.
func storedToken(t *testing.T, s examples.Server, stores *examples.Stores) string {
	t.Helper()

	var data map[string]string

	for _, at := range stored {
		if found := stores.Get(at); found != nil {
			data = found
		}
	}

	if data["username"] == "" || data["password"] == "" {
		t.Fatal("no store has a token")
	}

	mustLogIn(t, s, data["username"], data["password"])

	return data["password"]
}

// wantInNoFile fails the test if a file that the CLI wrote has the secret.
func wantInNoFile(t *testing.T, w *providertest.Workspace, secret string) {
	t.Helper()

	var found int

	for _, pattern := range []string{"*.tfstate*", providertest.SavedPlan} {
		names, err := filepath.Glob(filepath.Join(w.Folder, pattern))
		providertest.Must(t, err)

		for _, name := range names {
			found++

			text, err := os.ReadFile(name) //nolint:gosec // A file of the test's own.
			providertest.Must(t, err)

			if strings.Contains(string(text), secret) {
				t.Errorf("%s has the secret", filepath.Base(name))
			}
		}
	}

	if found == 0 {
		t.Error("the CLI wrote no file: are they still found?")
	}

	// A saved plan is compressed.
	if shown := w.Run(t, "show", "-json", providertest.SavedPlan).Text; strings.Contains(shown, secret) {
		t.Error("the saved plan has the secret")
	}
}
