package consumers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/secretstore"
)

// story is a token and its consumer, a store that holds the secret.
type story struct {
	*providertest.Workspace

	s      *providertest.Sandbox
	user   providertest.Account
	store  *secretstore.Store
	secret string // the expression for the consumer's secret
}

const consumer = `
resource "secretstore_secret" "test" {
  name             = "deploy"
  value_wo         = %s
  value_wo_version = opsaccess_personal_access_token.test.token_version

  lifecycle {
    precondition {
      condition     = opsaccess_personal_access_token.test.token_version != null
      error_message = "The secret of the token is not known: rotate it first."
    }
  }
}
`

// each runs a story on each platform.
func each(t *testing.T, run func(t *testing.T, s *story)) {
	t.Helper()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		w, store := s.Workspace(t), &secretstore.Store{}
		w.Beside = map[string]func() tfprotov6.ProviderServer{secretstore.Name: store.Server}
		w.File(t, "versions.tf", `terraform {
  required_providers {
    opsaccess   = { source = "opsaccess/opsaccess" }
    secretstore = { source = "`+secretstore.Name+`" }
  }
}
`)

		run(t, &story{
			Workspace: w, s: s, store: store,
			user:   s.AddUser(t, providertest.User{Login: "svc-deploy"}),
			secret: "opsaccess_personal_access_token.test.token",
		})
	})
}

// configure writes a configuration of a token with a trigger and further arguments.
func (s *story) configure(t *testing.T, trigger int, more ...string) {
	t.Helper()
	s.Write(t, s.s.AdminBlock()+providertest.Rotating(s.user, "expires_in = \"90d\"\n"+strings.Join(more, "\n"), providertest.Trigger(trigger))+
		fmt.Sprintf(consumer, s.secret))
}

// wantWorks fails the test unless the store's secret can log in and the next plan is empty.
func (s *story) wantWorks(t *testing.T) {
	t.Helper()
	s.s.WantAccepted(t, s.user, s.store.Secret("deploy"))
	s.Unchanged(t)
}

func TestAccConsumers_rotation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *story) {
		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)

		first := s.store.Secret("deploy")

		s.configure(t, 2)
		s.Apply(t)
		s.wantWorks(t)

		if s.store.Secret("deploy") == first {
			t.Error("the store still has the predecessor's secret")
		}
	})
}

// TestAccConsumers_replacement tests that the consumer follows a replacement, which starts a new series
// at generation 1.
func TestAccConsumers_replacement(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *story) {
		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)

		s.ApplyWith(t, []string{"-replace=" + providertest.TokenAddress})
		s.wantWorks(t)

		s.user = s.s.AddUser(t, providertest.User{Login: "svc-other"})
		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)
	})
}

// TestAccConsumers_importOfALostState tests an imported token, whose secret is unknown: the store keeps
// its secret, and the plan says why.
func TestAccConsumers_importOfALostState(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *story) {
		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)

		secret, writes := s.store.Secret("deploy"), s.store.Writes()
		id, _ := providertest.Managed(t, s.State(t))["id"].(string)

		if done := s.Run(t, "state", "rm", providertest.TokenAddress); done.Code != 0 {
			t.Fatal(done.Stderr)
		}

		if done := s.Run(t, "import", providertest.TokenAddress, id); done.Code != 0 {
			t.Fatal(done.Stderr)
		}

		s.Refused(t, "The secret of the token is not known", "plan")

		if s.store.Secret("deploy") != secret || s.store.Writes() != writes {
			t.Error("the store lost its secret")
		}

		// After an apply has recorded the rotation policy, a changed trigger issues a token with a
		// known secret.
		s.configure(t, 1)
		s.Run(t, "apply", "-auto-approve", "-target="+providertest.TokenAddress)
		s.configure(t, 2)
		s.Apply(t)
		s.wantWorks(t)
	})
}

// TestAccConsumers_restoredState tests a state from a backup, which has an older secret. The token that
// the next run issues has a version that no earlier secret had.
func TestAccConsumers_restoredState(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *story) {
		s.configure(t, 1)
		s.Apply(t)

		backup, err := os.ReadFile(filepath.Join(s.Folder, "terraform.tfstate"))
		providertest.Must(t, err)

		s.configure(t, 2)
		s.Apply(t)
		s.wantWorks(t)

		s.File(t, "terraform.tfstate", string(backup))
		s.configure(t, 3)
		s.Apply(t)
		s.s.WantAccepted(t, s.user, s.store.Secret("deploy"))
	})
}

// TestAccConsumers_encryption tests that the function passes an encrypted secret to the store. The
// identity that decrypts it is ephemeral, so neither the state nor the plan can be decrypted.
func TestAccConsumers_encryption(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *story) {
		identity, key := agekeys.Native(t)

		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)

		plain := s.store.Secret("deploy")

		s.File(t, "identity.tf", "variable \"identity\" {\n  type      = string\n  ephemeral = true\n  sensitive = true\n}\n")
		s.File(t, "identity.auto.tfvars", fmt.Sprintf("identity = %q\n", identity))

		s.secret = "provider::opsaccess::decrypt(opsaccess_personal_access_token.test.encrypted_token, var.identity)"
		s.configure(t, 1, fmt.Sprintf("encrypt_to = [%q]", key.Recipient))
		s.Apply(t)
		s.wantWorks(t)

		encrypted := s.store.Secret("deploy")
		if encrypted == plain {
			t.Error("the store still has the earlier secret")
		}

		state, err := os.ReadFile(filepath.Join(s.Folder, "terraform.tfstate"))
		providertest.Must(t, err)

		// The plan of a rotation decrypts the secret that will be replaced.
		s.configure(t, 2, fmt.Sprintf("encrypt_to = [%q]", key.Recipient))
		s.Plan(t)

		plan := s.Run(t, "show", "-json", providertest.SavedPlan).Text
		if !strings.Contains(plan, "secretstore_secret") {
			t.Errorf("the plan does not write to the store: %s", plan)
		}

		for name, text := range map[string]string{"state": string(state), "saved plan": plan} {
			if strings.Contains(text, encrypted) {
				t.Errorf("the %s contains the secret", name)
			}
		}

		s.secret = "opsaccess_personal_access_token.test.token"
		s.configure(t, 1)
		s.Apply(t)
		s.wantWorks(t)
	})
}
