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

// The recipient in the documents, and the variable for the identity that replaces it in tests.
const (
	documentedRecipient = "age1qxlflznnc5gvzpwc6nyryn75l7tcuswt7ey0ctngz03j4sg79faq34caxu"
	identityVariable    = "age_identity"
	ownSecret           = "ci/foreman/terraform"
	keySecret           = "ci/foreman/age"
	traceLog            = "trace.log"
)

// stored lists the paths at which the documents store a token's secret.
var stored = []string{ownSecret, "ci/foreman/svc-deploy", "ci/foreman-svc-deploy"}

// TestAccExamples_stores applies the examples that pass a token to Vault or Kubernetes, with a
// replacement for that store. The store must always have a token that works.
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
		t.Errorf("applied only %d examples", applied)
	}
}

// TestAccGuides_stores does the same with the guides.
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

// applyBesideStores applies a configuration, replaces its token, and destroys everything. If the
// configuration decrypts the token, neither the secret nor the private key may appear in anything that
// the CLI writes: states, plans, output, and the TRACE log.
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

	decrypts := strings.Contains(text, "::decrypt(")
	if decrypts {
		// Both the CLI and the provider, which runs in this process, read these variables.
		t.Setenv("TF_LOG", "TRACE")
		t.Setenv("TF_LOG_PATH", filepath.Join(w.Folder, traceLog))
	}

	logIn := func() { stores.Put(ownSecret, map[string]string{"username": "terraform", "password": password}) }
	logIn()
	stores.Put(keySecret, map[string]string{"identity": identity.String()})

	apply := func(arguments ...string) string {
		t.Helper()
		said := w.ApplyWith(t, arguments).Text + w.Unchanged(t).Text

		secret := storedToken(t, s, &stores)
		if decrypts {
			planned, _ := w.Plan(t)
			wantNowhere(t, w, said+planned.Text, secret, identity.String())
		}

		return secret
	}

	first := apply()

	if stores.Get(ownSecret)["password"] == password { // This is not the credential of the provider itself.
		if second := apply("-replace=opsaccess_personal_access_token.deploy"); second == first {
			t.Error("the store still has the secret of the replaced token")
		}
	}

	logIn()

	if strings.Contains(text, `resource "vault_kv_secret_v2" "own"`) {
		// The destroy also reads the provider's own credential, and could delete it before that.
		if done := w.Run(t, "state", "rm", "vault_kv_secret_v2.own"); done.Code != 0 {
			t.Fatal(done.Stderr)
		}
	}

	w.Destroy(t)

	if left := s.Live() - before; left != 0 {
		t.Errorf("%d tokens are alive after the configuration was destroyed, want none", left)
	}
}

// storedToken returns the token in the stores and logs in with it.
func storedToken(t *testing.T, s examples.Server, stores *examples.Stores) string {
	t.Helper()

	var data map[string]string

	for _, at := range stored {
		if found := stores.Get(at); found != nil {
			data = found
		}
	}

	if data["username"] == "" || data["password"] == "" {
		t.Fatal("no store contains a token")
	}

	mustLogIn(t, s, data["username"], data["password"])

	return data["password"]
}

// wantNowhere fails the test if one of these secrets is in a file that the CLI wrote, in its output, or
// in the saved plan. The plan file is compressed, so its content is searched as the CLI shows it.
func wantNowhere(t *testing.T, w *providertest.Workspace, printed string, secrets ...string) {
	t.Helper()

	texts := map[string]string{"output": printed, "saved plan": w.Run(t, "show", "-json", providertest.SavedPlan).Text}

	for _, pattern := range []string{"*.tfstate*", providertest.SavedPlan, traceLog} {
		names, err := filepath.Glob(filepath.Join(w.Folder, pattern))
		providertest.Must(t, err)

		if len(names) == 0 {
			t.Errorf("the CLI wrote no file %s: does the pattern still match?", pattern)
		}

		for _, name := range names {
			text, err := os.ReadFile(name) //nolint:gosec // The test created the file.
			providertest.Must(t, err)

			texts[filepath.Base(name)] = string(text)
		}
	}

	// The log must contain the provider's entries about the function; otherwise searching it proves
	// nothing.
	if entry := "tf_rpc=CallFunction"; !strings.Contains(texts[traceLog], entry) {
		t.Errorf("the log has no entry with %q", entry)
	}

	for name, text := range texts {
		for i, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("the %s contains secret %d of %d", name, i+1, len(secrets))
			}
		}
	}
}
