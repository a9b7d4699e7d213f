package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// importing returns a configuration with an import block for the id.
func importing(s *target, id, arguments string) string {
	return s.provider() + fmt.Sprintf("import {\n to = %s\n id = %s\n}\n", tokenAddress, hclString(id)) + tokenConfig(arguments)
}

// Each form of the id finds the token, which is left as it is.
func TestAccToken_importForms(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-import"})
	expires := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Second)

	for name, id := range map[string]func(pat.Token) string{
		"login and id":                         func(token pat.Token) string { return user.login + "/" + token.ID },
		"user id and id":                       func(token pat.Token) string { return user.id + "/" + token.ID },
		"login and a name with slashes":        func(token pat.Token) string { return user.login + "/" + token.Name },
		"user id and a name that is forced":    func(token pat.Token) string { return user.id + "/name=" + token.Name },
		"login and a name made of digits only": func(token pat.Token) string { return user.login + "/name=" + token.Name },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tokenName := "a/b " + unique()
			if name == "login and a name made of digits only" {
				tokenName = fmt.Sprint(time.Now().UnixNano())
			}

			issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: tokenName, ExpiresAt: pat.Some(expires)})
			must(t, err)

			arguments := fmt.Sprintf("username = %q\nname = %s\nexpires_at = %q",
				user.login, hclString(tokenName), expires.In(time.FixedZone("", 7200)).Format(time.RFC3339))

			s.run(
				t,
				resource.TestStep{
					Config: importing(s, id(issued.Token), arguments),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(tokenAddress, plancheck.ResourceActionNoop), knownToken{},
					}},
					ConfigStateChecks: []statecheck.StateCheck{
						value(at("token"), knownvalue.Null()),
						value(at("generation"), knownvalue.Int64Exact(0)),
						value(at("current", "id"), knownvalue.StringExact(issued.ID)),
						value(at("current", "issue_reason"), knownvalue.StringExact("imported")),
						value(at("current", "sha256"), knownvalue.Null()),
					},
				},
				resource.TestStep{Config: s.provider() + tokenConfig(arguments), ConfigPlanChecks: emptyPlan()},
			)
		})
	}
}

// What the server cannot know is recorded in place, and counts for the next token.
func TestAccToken_importIsAdopted(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-adopt"})

		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "by hand " + unique()})
		must(t, err)

		arguments := fmt.Sprintf("user_id = %q\nname_prefix = \"managed-\"\nexpires_in = \"30d\"", user.id)

		s.run(
			t,
			resource.TestStep{
				Config: importing(s, user.id+"/"+issued.ID, arguments),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(tokenAddress, plancheck.ResourceActionUpdate), knownToken{},
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("current", "id"), knownvalue.StringExact(issued.ID)),
					value(at("generation"), knownvalue.Int64Exact(0)),
				},
			},
			resource.TestStep{Config: s.provider() + tokenConfig(arguments), ConfigPlanChecks: emptyPlan()},
			resource.TestStep{
				PreConfig: func() { s.revokeAll(t, user.id) },
				Config:    s.provider() + tokenConfig(arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("token"), knownvalue.NotNull()),
					value(at("generation"), knownvalue.Int64Exact(1)),
					value(at("current", "issue_reason"), s.afterRevocation()),
					value(at("current", "expires_at"), knownvalue.NotNull()),
				},
			},
		)
	})
}

// An import of what is not there, or would be reissued at once, fails and says why.
func TestAccToken_importFailures(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-noimport"})
	other := s.addUser(t, testUser{login: "svc-noimport2"})

	issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "revoked " + unique()})
	must(t, err)
	must(t, s.system.Revoke(t.Context(), issued.Token))

	arguments := fmt.Sprintf("user_id = %q\nname_prefix = \"x-\"", user.id)
	step := func(id, text string) resource.TestStep {
		return resource.TestStep{Config: importing(s, id, arguments), ExpectError: words(text)}
	}

	s.run(
		t,
		step("42", "does not name a token. Write <username or user id>/<token id or name>"),
		step("/42", "does not name a token"),
		step(user.id+"/", "does not name a token"),
		step(user.id+"/name=", "does not name a token"),
		step(user.id+"/"+issued.ID, "Only an active token can be imported"),
		step(user.id+"/99999999", "not found by id '99999999'"),
		step(other.id+"/"+issued.ID, "not found by id"),
		step(user.id+"/no such name", "no token named \"no such name\""),
		step("nobody-at-all/1", "no user has the login \"nobody-at-all\""),
		step("99999999/1", "user not found by id '99999999-~'"),
	)
}
