package token

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// A fixed name is free again once its token is revoked: the token comes back under it.
func TestAccUniversalController_fixedNameComesBack(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc.fixed"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"", user.ID))
	secret := statecheck.CompareValue(compare.ValuesDiffer())

	s.Run(
		t,
		resource.TestStep{
			Config:            config,
			ConfigStateChecks: []statecheck.StateCheck{secret.AddStateValue(providertest.TokenAddress, providertest.Path("token"))},
		},
		resource.TestStep{
			PreConfig: func() { s.RevokeAll(t, user.ID) },
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				secret.AddStateValue(providertest.TokenAddress, providertest.Path("token")),
				providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringExact("fixed")),
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(2)),
			},
		},
		resource.TestStep{
			Config: config, Taint: []string{providertest.TokenAddress},
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				secret.AddStateValue(providertest.TokenAddress, providertest.Path("token")),
				providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringExact("fixed")),
			},
		},
	)
}

// An expired row still holds its name, and has to go before the token comes back under it.
func TestAccUniversalController_expiredFixedNameComesBack(t *testing.T) {
	t.Parallel()

	clock := &providertest.Clock{}
	options := controllerserver.Options{}
	options.Console.Now = clock.Now

	s, _ := providertest.NewUniversalControllerServer(t, options)
	user := s.AddUser(t, providertest.User{Login: "svc.expired"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"\nexpires_in = \"3d\"", user.ID))

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { clock.Move(10 * lifecycle.Day) },
			Config:    config,
			ConfigStateChecks: providertest.Checks(
				providertest.HasText(providertest.TokenAddress, "fixed", "name"), providertest.HasText(providertest.TokenAddress, "expired", "issue_reason"),
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(2)), providertest.HasValue(providertest.Path("previous"), knownvalue.ListSizeExact(0)),
			),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
	)
}

// Somebody revoked the token and made one of the same name: it is not ours, and neither
// revoked nor taken over.
func TestAccUniversalController_anothersToken(t *testing.T) {
	t.Parallel()

	clock := &providertest.Clock{}
	options := controllerserver.Options{}
	options.Console.Now = clock.Now

	s, _ := providertest.NewUniversalControllerServer(t, options)
	user := s.AddUser(t, providertest.User{Login: "svc.another"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = \"shared\"", user.ID))

	watched := *s
	watched.URL = "" // The check for what outlives its resource would take the other token for ours.

	watched.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				clock.Move(time.Hour)
				s.RevokeAll(t, user.ID)

				_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "shared"})
				providertest.Must(t, err)
			},
			Config:      config,
			ExpectError: providertest.Words(`already has a token named "shared"`),
		},
		resource.TestStep{Config: config, Destroy: true},
	)

	if alive := s.Alive(t, user.ID); alive != 1 {
		t.Errorf("%d tokens are alive, want the one that is not ours", alive)
	}
}
