package token

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccUniversalController_fixedNameComesBack tests that Universal Controller allows the fixed name
// of a revoked token to be reused.
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
