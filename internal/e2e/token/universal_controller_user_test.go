package token

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

const userAddress = providertest.UserType + ".test"

// userConfig returns a resource that modifies a user.
func userConfig(arguments string) string {
	return fmt.Sprintf("resource %q \"test\" {\n%s\n}\n", providertest.UserType, arguments)
}

// TestAccUniversalControllerUser_lifecycle adopts a user, modifies it, stops managing some arguments,
// imports it, and drops it from state.
func TestAccUniversalControllerUser_lifecycle(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.modified"})
	named := fmt.Sprintf("username = %q\n", user.Login)
	value := func(name string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(userAddress, providertest.Path(name), want)
	}
	action := func(want plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(userAddress, want)}}
	}

	s.Run(
		t,
		resource.TestStep{
			Config:           s.AdminBlock() + userConfig(named+"web_service_access = \"Yes\"\ntitle = \"Operator\""),
			ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				value("id", knownvalue.StringExact(user.ID)), value("title", knownvalue.StringExact("Operator")), value("active", knownvalue.Null()),
			},
		},
		resource.TestStep{
			Config:           s.AdminBlock() + userConfig(named+"web_service_access = \"Yes\"\ntitle = \"\"\nlocked_out = true"),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			Config:            s.AdminBlock() + userConfig(named+"web_service_access = \"Yes\""),
			ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{value("locked_out", knownvalue.Null())},
		},
		resource.TestStep{
			PreConfig: func() {
				providertest.Must(t, server.UpdateUser(user.Login, func(u *controllerserver.User) { u.WebServiceAccess, u.Email = "No", "x@example.com" }))
			},
			Config:           s.AdminBlock() + userConfig(named+"web_service_access = \"Yes\""),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			ResourceName: userAddress, ImportState: true, ImportStateId: user.ID, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"web_service_access"},
		},
		resource.TestStep{Config: s.AdminBlock() + userConfig(named+"web_service_access = \"Yes\""), Destroy: true},
	)

	providertest.Must(t, server.UpdateUser(user.Login, func(u *controllerserver.User) {
		if !u.LockedOut || u.WebServiceAccess != "Yes" || u.Title != "" || u.Email != "x@example.com" {
			t.Errorf("the user is %+v", *u)
		}
	}))
}

// TestAccUniversalControllerUser_andItsToken tests a token that depends on the user resource. It is
// issued after the user is allowed to log in with it, and revoked before the user is dropped from
// state. A locked user has no token in the end.
func TestAccUniversalControllerUser_andItsToken(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.locked"})
	providertest.Must(t, server.UpdateUser(user.Login, func(u *controllerserver.User) { u.WebServiceAccess, u.Inactive = "No", true }))

	config := func(locked, tokens string) string {
		return s.AdminBlock() + userConfig(fmt.Sprintf("username = %q\nweb_service_access = \"Yes\"\nactive = true\nlocked_out = %s", user.Login, locked)) +
			strings.Replace(providertest.TokenConfig("count = "+tokens+"\nuser_id = "+userAddress+".id\nname_prefix = \"ci-\"\nexpires_in = \"90d\""),
				"{", "{ # after the user", 1)
	}

	// order returns the methods of the requests that changed something.
	order := func() (methods []string) {
		for _, request := range server.Requests() {
			if request.Method != http.MethodGet {
				methods = append(methods, request.Method)
			}
		}

		server.ResetRequests()

		return methods
	}

	s.Run(
		t,
		resource.TestStep{Config: config("false", "1")},
		resource.TestStep{
			PreConfig: func() {
				if methods := order(); !slices.Equal(methods, []string{http.MethodPut, http.MethodPost}) {
					t.Errorf("the user and the token were created with %q", methods)
				}
			},
			Config: config("true", "0"),
		},
		resource.TestStep{
			PreConfig: func() {
				if methods := order(); len(methods) != 2 || server.LiveTokens(user.Login) != 0 {
					t.Errorf("locked with %q, and %d tokens are alive", methods, server.LiveTokens(user.Login))
				}
			},
			Config: config("false", "1"),
		},
		resource.TestStep{
			PreConfig: func() {
				if methods := order(); !slices.Equal(methods, []string{http.MethodPut, http.MethodPost}) {
					t.Errorf("unlocked with %q", methods)
				}
			},
			Config: config("false", "1"), Destroy: true,
		},
	)

	if methods := order(); !slices.Equal(methods, []string{http.MethodDelete}) || server.LiveTokens(user.Login) != 0 {
		t.Errorf("destroyed with %q, and %d tokens are alive", methods, server.LiveTokens(user.Login))
	}
}
