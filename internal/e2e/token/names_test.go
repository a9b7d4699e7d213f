package token

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAccToken_burntName(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-burnt"})
	name := "burnt-" + providertest.Unique()

	issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name})
	providertest.Must(t, err)

	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.ID, name))

	s.Run(
		t,
		resource.TestStep{Config: config, ExpectError: providertest.Words("(id " + issued.ID + ", active)")},
		resource.TestStep{
			PreConfig:   func() { providertest.Must(t, s.System.Revoke(t.Context(), issued.Token)) },
			Config:      config,
			ExpectError: providertest.Words("Foreman never frees a name, not even that of a revoked token"),
		},
	)
}

// TestAccToken_fixedNameIsNotReplaced tests that a token with a fixed name cannot be replaced: Foreman
// does not allow its name to be reused.
func TestAccToken_fixedNameIsNotReplaced(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-replaced"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.ID, "replaced-"+providertest.Unique()))

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: config, Taint: []string{providertest.TokenAddress}, ExpectError: providertest.Words("The token name cannot be reused"),
		},
	)
}
