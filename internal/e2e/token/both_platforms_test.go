package token

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestAccBothPlatforms uses both platforms in one configuration.
func TestAccBothPlatforms(t *testing.T) {
	t.Parallel()

	foreman, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	controller, _ := providertest.NewUniversalControllerServer(t, controllerserver.Options{})
	onForeman := foreman.AddUser(t, providertest.User{Login: "svc-both"})
	onController := controller.AddUser(t, providertest.User{Login: "svc.both"})

	// Two provider names replace two aliases, which would share one process in tests.
	config := foreman.AdminBlock() + strings.Replace(controller.AdminBlock(), `provider "opsaccess"`, `provider "away"`, 1) +
		providertest.TokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"both-\"\nexpires_in = \"30d\"", onForeman.Login)) +
		fmt.Sprintf(`
resource "opsaccess_personal_access_token" "controller" {
  provider    = away
  username    = %q
  name_prefix = "both-"
  expires_in  = "30d"
}
`, onController.Login)

	const other = "opsaccess_personal_access_token.controller"

	foreman.Run(
		t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("platform"), knownvalue.StringExact("foreman")),
				statecheck.ExpectKnownValue(other, providertest.Path("platform"), knownvalue.StringExact("universal_controller")),
				statecheck.ExpectKnownValue(other, providertest.Path("current", "expires_at"), knownvalue.StringRegexp(regexp.MustCompile(`T00:00:00Z$`))),
			},
		},
		resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
	)

	if alive := controller.Alive(t, onController.ID); alive != 0 {
		t.Errorf("%d tokens are alive after the destroy, want none", alive)
	}
}
