package token

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
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

// A token with a fixed name cannot come back on Foreman: the plan says what to do, and
// nothing is touched.
func TestAccToken_fixedNameIsRefused(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-fixed"})
	name, next := "fixed-"+providertest.Unique(), "fixed-"+providertest.Unique()
	config := func(arguments string) string {
		return s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\n%s", user.ID, arguments))
	}

	s.Run(
		t,
		resource.TestStep{Config: config(fmt.Sprintf("name = %q", name))},
		resource.TestStep{
			Config:      config(fmt.Sprintf("name = %q\nexpires_at = \"2031-01-01T00:00:00Z\"", name)),
			ExpectError: providertest.Words("Choose another `name`, or use `name_prefix`. Until then the token stays as it is."),
		},
		resource.TestStep{Config: config(fmt.Sprintf("name = %q", name)), ConfigPlanChecks: providertest.EmptyPlan()},
		resource.TestStep{
			PreConfig:          func() { s.RevokeAll(t, user.ID) },
			Config:             config(fmt.Sprintf("name = %q", name)),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			Config:      config(fmt.Sprintf("name = %q", name)),
			ExpectError: providertest.Words("The token \"" + name + "\" is revoked"),
		},
		resource.TestStep{
			Config:           config(fmt.Sprintf("name = %q", next)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}},
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringExact(next)),
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(2)),
			},
		},
	)
}

// A replacement asks for the very name that it is about to burn.
func TestAccToken_fixedNameIsNotReplaced(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-replaced"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q", user.ID, "replaced-"+providertest.Unique()))

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: config, Taint: []string{providertest.TokenAddress}, ExpectError: providertest.Words("A fixed name cannot come back"),
		},
	)
}

// A series that somebody used before is gone on with. Its live tokens are not revoked at
// once, for they may be another resource's, but are predecessors from now on.
func TestAccToken_setSeriesGoesOn(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-series"})
	series := providertest.Unique()

	var left []pat.Token

	for _, generation := range []string{"1", "4"} {
		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "l-" + series + "-" + generation})
		providertest.Must(t, err)

		left = append(left, issued.Token)
	}

	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"l-\"\nseries = %q", user.ID, series))

	s.Run(
		t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(5)),
				providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringExact("l-"+series+"-5")),
				providertest.HasValue(providertest.Path("previous"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"id": knownvalue.StringExact(left[1].ID)}),
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"id": knownvalue.StringExact(left[0].ID)}),
				})),
				stillAlive{s, left},
			},
		},
		resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
	)

	if alive := s.Alive(t, user.ID); alive != 0 {
		t.Errorf("%d tokens are alive after the destroy, want none", alive)
	}
}
