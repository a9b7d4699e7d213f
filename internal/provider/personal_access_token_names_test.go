package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAccToken_burntName(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-burnt"})
	name := "burnt-" + unique()

	issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: name})
	must(t, err)

	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.id, name))

	s.run(
		t,
		resource.TestStep{Config: config, ExpectError: words("(id " + issued.ID + ", active)")},
		resource.TestStep{
			PreConfig:   func() { must(t, s.system.Revoke(t.Context(), issued.Token)) },
			Config:      config,
			ExpectError: words("Foreman never frees a name, not even that of a revoked token"),
		},
	)
}

// A token with a fixed name cannot come back on Foreman: the plan says what to do, and
// nothing is touched.
func TestAccToken_fixedNameIsRefused(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-fixed"})
	name, next := "fixed-"+unique(), "fixed-"+unique()
	config := func(arguments string) string {
		return s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\n%s", user.id, arguments))
	}

	s.run(
		t,
		resource.TestStep{Config: config(fmt.Sprintf("name = %q", name))},
		resource.TestStep{
			Config:      config(fmt.Sprintf("name = %q\nexpires_at = \"2031-01-01T00:00:00Z\"", name)),
			ExpectError: words("Choose another `name`, or use `name_prefix`. Until then the token stays as it is."),
		},
		resource.TestStep{Config: config(fmt.Sprintf("name = %q", name)), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{
			PreConfig:          func() { s.revokeAll(t, user.id) },
			Config:             config(fmt.Sprintf("name = %q", name)),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			Config:      config(fmt.Sprintf("name = %q", name)),
			ExpectError: words("The token \"" + name + "\" is revoked"),
		},
		resource.TestStep{
			Config:           config(fmt.Sprintf("name = %q", next)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}},
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("current", "name"), knownvalue.StringExact(next)),
				value(at("generation"), knownvalue.Int64Exact(2)),
			},
		},
	)
}

// A replacement asks for the very name that it is about to burn.
func TestAccToken_fixedNameIsNotReplaced(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-replaced"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.id, "replaced-"+unique()))

	s.run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: config, Taint: []string{tokenAddress}, ExpectError: words("A fixed name cannot come back"),
		},
	)
}

// A series that somebody used before is gone on with. Its live tokens are not revoked at
// once, for they may be another resource's, but are predecessors from now on.
func TestAccToken_setSeriesGoesOn(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-series"})
	series := unique()

	var left []pat.Token

	for _, generation := range []string{"1", "4"} {
		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "l-" + series + "-" + generation})
		must(t, err)

		left = append(left, issued.Token)
	}

	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"l-\"\nseries = %q", user.id, series))

	s.run(
		t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("generation"), knownvalue.Int64Exact(5)),
				value(at("current", "name"), knownvalue.StringExact("l-"+series+"-5")),
				value(at("previous"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"id": knownvalue.StringExact(left[1].ID)}),
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"id": knownvalue.StringExact(left[0].ID)}),
				})),
				stillAlive{s, left},
			},
		},
		resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
	)

	if alive := s.alive(t, user.id); alive != 0 {
		t.Errorf("%d tokens are alive after the destroy, want none", alive)
	}
}
