package token

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func data(name string, path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.opsaccess_"+name, path, check)
}

// listed returns a check that a list has tokens with these names, in order.
func listed(names ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, 0, len(names))
	for _, name := range names {
		checks = append(checks, knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)}))
	}

	return knownvalue.ListExact(checks)
}

func TestAccDataSources_tokens(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-listed"})
	create := func(name string, expires pat.Option[time.Time]) pat.Token {
		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name, ExpiresAt: expires})
		providertest.Must(t, err)

		return issued.Token
	}

	first := create("ci-1", providertest.Never)
	create("ci-2", pat.Some(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)))
	create("other", pat.Some(time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC)))
	revoked := create("ci-3", providertest.Never)
	providertest.Must(t, s.System.Revoke(t.Context(), revoked))

	list := func(name, arguments string) string {
		return fmt.Sprintf("data \"opsaccess_personal_access_tokens\" %q {\nusername = %q\n%s\n}\n", name, user.Login, arguments)
	}
	tokens := tfjsonpath.New("tokens")

	s.Run(
		t,
		resource.TestStep{
			Config: s.AdminBlock() +
				list("all", "") +
				list("active", `status = "active"`) +
				list("revoked", `status = "revoked"`) +
				list("prefix", `name_prefix = "ci-"`) +
				list("expiring", `expires_before = "2035-01-01T01:00:00+01:00"`) +
				list("unused", `unused_for = "1d"`) +
				list("search", "foreman = {\n search = \"name ~ ci\"\n order = \"name DESC\"\n}") +
				list("page", "foreman = {\n page = 2\n per_page = 3\n}") +
				list("pages", "foreman = {\n per_page = 1\n}") +
				list("user_order", "foreman = {\n per_page = 1\n order = \"user_id DESC\"\n}") +
				fmt.Sprintf("data \"opsaccess_personal_access_token\" \"id\" {\n user_id = %q\n token_id = %q\n}\n", user.ID, first.ID) +
				fmt.Sprintf("data \"opsaccess_personal_access_token\" \"name\" {\n username = %q\n name = \"ci-3\"\n}\n", user.Login),
			ConfigStateChecks: []statecheck.StateCheck{
				data("personal_access_tokens.all", tokens, listed("ci-1", "ci-2", "other", "ci-3")),
				data("personal_access_tokens.active", tokens, listed("ci-1", "ci-2", "other")),
				data("personal_access_tokens.revoked", tokens, listed("ci-3")),
				data("personal_access_tokens.prefix", tokens, listed("ci-1", "ci-2", "ci-3")),
				data("personal_access_tokens.expiring", tokens, listed("ci-2")),
				data("personal_access_tokens.unused", tokens, listed()),
				data("personal_access_tokens.search", tokens, listed("ci-3", "ci-2", "ci-1")),
				data("personal_access_tokens.page", tokens, listed("ci-3")),
				data("personal_access_tokens.pages", tokens, listed("ci-1", "ci-2", "other", "ci-3")),
				data("personal_access_tokens.user_order", tokens, knownvalue.ListSizeExact(4)),
				data("personal_access_token.id", tfjsonpath.New("name"), knownvalue.StringExact("ci-1")),
				data("personal_access_token.id", tfjsonpath.New("expires_at"), knownvalue.Null()),
				data("personal_access_token.id", tfjsonpath.New("last_used_at"), knownvalue.Null()),
				data("personal_access_token.name", tfjsonpath.New("id"), knownvalue.StringExact(revoked.ID)),
				data("personal_access_token.name", tfjsonpath.New("status"), knownvalue.StringExact("revoked")),
			},
		},
	)
}

func TestAccDataSources_users(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-shown", Timezone: "Berlin"})

	_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "shown"})
	providertest.Must(t, err)

	one := knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"username": knownvalue.StringExact(user.Login),
		"tokens":   listed("shown"),
		"foreman":  knownvalue.ObjectPartial(map[string]knownvalue.Check{"roles": knownvalue.Null()}),
	})})

	s.Run(
		t,
		resource.TestStep{
			Config: s.AdminBlock() + fmt.Sprintf(`
data "opsaccess_user" "login" {
  username = %[1]q
}

data "opsaccess_user" "id" {
  user_id     = %[2]q
  show_tokens = true
}

data "opsaccess_users" "all" {}

data "opsaccess_users" "one" {
  username    = %[1]q
  show_tokens = true
}

data "opsaccess_users" "by_id" {
  user_id     = %[2]q
  show_tokens = true
}

data "opsaccess_users" "none" {
  username = "nobody-at-all"
}

data "opsaccess_users" "search" {
  foreman = {
    search = "login = \"%[1]s\""
    order  = "login DESC"
  }
}

data "opsaccess_current_user" "me" {}
`, user.Login, user.ID),
			ConfigStateChecks: []statecheck.StateCheck{
				data("user.login", tfjsonpath.New("id"), knownvalue.StringExact(user.ID)),
				data("user.login", tfjsonpath.New("enabled"), knownvalue.Bool(true)),
				data("user.login", tfjsonpath.New("admin"), knownvalue.Bool(false)),
				data("user.login", tfjsonpath.New("tokens"), knownvalue.Null()),
				data("user.login", tfjsonpath.New("last_login_at"), knownvalue.Null()),
				data("user.login", providertest.Path("foreman", "timezone"), knownvalue.StringExact("Berlin")),
				data("user.login", providertest.Path("foreman", "created_at"), knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
				data("user.login", providertest.Path("foreman", "auth_source", "type"), knownvalue.StringExact("internal")),
				data("user.login", providertest.Path("foreman", "roles"), knownvalue.NotNull()),
				data("user.id", tfjsonpath.New("username"), knownvalue.StringExact(user.Login)),
				data("user.id", tfjsonpath.New("tokens"), listed("shown")),
				data("users.all", tfjsonpath.New("users").AtSliceIndex(1), knownvalue.NotNull()),
				data("users.one", tfjsonpath.New("users"), one),
				data("users.by_id", tfjsonpath.New("users"), one),
				data("users.none", tfjsonpath.New("users"), knownvalue.ListSizeExact(0)),
				data("users.search", tfjsonpath.New("users"), knownvalue.ListSizeExact(1)),
				data("current_user.me", tfjsonpath.New("username"), knownvalue.StringExact(s.Login)),
				data("current_user.me", tfjsonpath.New("admin"), knownvalue.Bool(true)),
			},
		},
	)
}
