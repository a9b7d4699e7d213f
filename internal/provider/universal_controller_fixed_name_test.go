package provider

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
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// A fixed name is free again once its token is revoked: the token comes back under it.
func TestAccUniversalController_fixedNameComesBack(t *testing.T) {
	t.Parallel()

	s := newUniversalController(t)
	user := s.addUser(t, testUser{login: "svc.fixed"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"", user.id))
	secret := statecheck.CompareValue(compare.ValuesDiffer())

	s.run(
		t,
		resource.TestStep{
			Config:            config,
			ConfigStateChecks: []statecheck.StateCheck{secret.AddStateValue(tokenAddress, at("token"))},
		},
		resource.TestStep{
			PreConfig: func() { s.revokeAll(t, user.id) },
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				secret.AddStateValue(tokenAddress, at("token")),
				value(at("current", "name"), knownvalue.StringExact("fixed")),
				value(at("generation"), knownvalue.Int64Exact(2)),
			},
		},
		resource.TestStep{
			Config: config, Taint: []string{tokenAddress},
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				secret.AddStateValue(tokenAddress, at("token")),
				value(at("current", "name"), knownvalue.StringExact("fixed")),
			},
		},
	)
}

// An expired row still holds its name, and has to go before the token comes back under it.
func TestAccUniversalController_expiredFixedNameComesBack(t *testing.T) {
	t.Parallel()

	clock := &movedClock{}
	options := controllerserver.Options{}
	options.Console.Now = clock.now

	s, _ := newUniversalControllerSandbox(t, options)
	user := s.addUser(t, testUser{login: "svc.expired"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"\nexpires_in = \"3d\"", user.id))

	s.run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { clock.move(10 * lifecycle.Day) },
			Config:    config,
			ConfigStateChecks: expect(
				has(tokenAddress, "fixed", "name"), has(tokenAddress, "expired", "issue_reason"),
				value(at("generation"), knownvalue.Int64Exact(2)), value(at("previous"), knownvalue.ListSizeExact(0)),
			),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
	)
}

// Somebody revoked the token and made one of the same name: it is not ours, and neither
// revoked nor taken over.
func TestAccUniversalController_anothersToken(t *testing.T) {
	t.Parallel()

	clock := &movedClock{}
	options := controllerserver.Options{}
	options.Console.Now = clock.now

	s, _ := newUniversalControllerSandbox(t, options)
	user := s.addUser(t, testUser{login: "svc.another"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = \"shared\"", user.id))

	watched := *s
	watched.url = "" // The check for what outlives its resource would take the other token for ours.

	watched.run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				clock.move(time.Hour)
				s.revokeAll(t, user.id)

				_, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "shared"})
				must(t, err)
			},
			Config:      config,
			ExpectError: words(`already has a token named "shared"`),
		},
		resource.TestStep{Config: config, Destroy: true},
	)

	if alive := s.alive(t, user.id); alive != 1 {
		t.Errorf("%d tokens are alive, want the one that is not ours", alive)
	}
}
