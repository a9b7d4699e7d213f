package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Both platforms side by side in one configuration.
func TestAccBothPlatforms(t *testing.T) {
	t.Parallel()

	foreman, _ := newForemanSandbox(t, foremanserver.Options{})
	controller, _ := newUniversalControllerSandbox(t, controllerserver.Options{})
	onForeman := foreman.addUser(t, testUser{login: "svc-both"})
	onController := controller.addUser(t, testUser{login: "svc.both"})

	// Two names of the provider do what two aliases would, which share one process in tests.
	config := foreman.provider() + strings.Replace(controller.provider(), `provider "opsaccess"`, `provider "away"`, 1) +
		tokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"both-\"\nexpires_in = \"30d\"", onForeman.login)) +
		fmt.Sprintf(`
resource "opsaccess_personal_access_token" "controller" {
  provider    = away
  username    = %q
  name_prefix = "both-"
  expires_in  = "30d"
}
`, onController.login)

	const other = "opsaccess_personal_access_token.controller"

	foreman.run(
		t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("platform"), knownvalue.StringExact("foreman")),
				statecheck.ExpectKnownValue(other, at("platform"), knownvalue.StringExact("universal_controller")),
				statecheck.ExpectKnownValue(other, at("current", "expires_at"), knownvalue.StringRegexp(regexp.MustCompile(`T00:00:00Z$`))),
			},
		},
		resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
	)

	if alive := controller.alive(t, onController.id); alive != 0 {
		t.Errorf("%d tokens are alive after the destroy, want none", alive)
	}
}
