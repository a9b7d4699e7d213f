package examples

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// aliasStart matches the beginning of a provider block with an alias.
var aliasStart = regexp.MustCompile(`provider "opsaccess" \{\n  alias = "(\w+)"\n`)

// Server is a sandbox with the users and tokens that the examples refer to.
type Server struct {
	*providertest.Target

	// named is the server URL in the examples, which the sandbox replaces.
	named string
	// Env holds the environment variables that point the provider to the sandbox.
	Env map[string]string
	// Variable is the name of the examples' input variable for the credential of the account
	// "terraform".
	Variable   string
	Credential func(t *testing.T) string
	// Live returns the number of live tokens.
	Live func() int
	// Issued returns the number of requests to create a token.
	Issued func() int
}

// NewServers starts the sandboxes that an example needs, which its name tells; the default is Foreman.
// It configures the provider by environment variables, so that the examples are applied unmodified.
func NewServers(t *testing.T, name string) []Server {
	t.Helper()

	var servers []Server

	both := strings.Contains(name, "both-platforms")
	controller := strings.Contains(strings.ReplaceAll(name, "_", "-"), "universal-controller")

	if both || !controller {
		s, _ := NewForeman(t, foremanserver.Options{})
		servers = append(servers, s)
	}

	if both || controller {
		servers = append(servers, newController(t))
	}

	env := map[string]string{}
	for _, s := range servers {
		maps.Copy(env, s.Env)
	}

	providertest.SetEnvironment(t, env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")

	return servers
}

// NewSandbox is [NewServers] for the import examples, which all use Foreman.
func NewSandbox(t *testing.T) (*providertest.Target, *foremanserver.Server) {
	t.Helper()

	s, server := NewForeman(t, foremanserver.Options{})
	providertest.SetEnvironment(t, s.Env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")

	return s.Target, server
}

// NewAgedForeman starts a Foreman whose clock, like the provider's, is days behind the CLI's clock. The
// environment points the provider to it.
func NewAgedForeman(t *testing.T, days int) (Server, *foremanserver.Server, *providertest.Clock) {
	t.Helper()

	clock := &providertest.Clock{}
	clock.Move(-time.Duration(days) * providertest.Day)

	s, server := NewForeman(t, foremanserver.Options{Console: sandbox.Options{Now: clock.Now}})
	providertest.SetEnvironment(t, s.Env)

	return s, server, clock
}

// NewForeman starts a Foreman with the users that the examples name.
func NewForeman(t *testing.T, options foremanserver.Options) (Server, *foremanserver.Server) {
	t.Helper()

	s, server := providertest.NewForemanServer(t, options)

	for _, login := range []string{"svc-audit", "svc-backup", DeployUser, "svc-gitlab", "svc-jenkins"} {
		s.AddUser(t, providertest.User{Login: login})
	}

	providertest.AddToken(t, server, "svc-backup", "backup server")

	return Server{
		Target: s, named: "https://foreman.example.com", Variable: "foreman_password",
		Env: map[string]string{"FOREMAN_SERVER_URL": s.URL, "FOREMAN_USERNAME": s.Login, "FOREMAN_PASSWORD": s.Password},
		Credential: func(t *testing.T) string {
			t.Helper()

			return s.AddUser(t, providertest.User{Login: "terraform", Admin: true}).Password
		},
		Live:   func() int { return server.LiveTokens("") },
		Issued: func() int { return server.Count(sandbox.Matching("POST", "/personal_access_tokens$")) },
	}, server
}

func newController(t *testing.T) Server {
	t.Helper()

	s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{})

	for _, login := range []string{"svc.deploy", "svc.migration", "svc.monitoring", "svc.reports", "svc.scheduler"} {
		s.AddUser(t, providertest.User{Login: login})
	}

	return Server{
		Target: s, named: "https://uc.example.com/uc", Variable: "universal_controller_token",
		Env: map[string]string{
			"STONEBRANCH_BASE_URL": s.URL, "STONEBRANCH_USERNAME": s.Login, "STONEBRANCH_PASSWORD": s.Password,
		},
		Credential: func(t *testing.T) string {
			t.Helper()

			login := s.AddUser(t, providertest.User{Login: "terraform", Admin: true}).Login

			secret, err := server.AddToken(login, "for Terraform", time.Time{})
			providertest.Must(t, err)

			return secret
		},
		Live:   func() int { return server.LiveTokens("") },
		Issued: func() int { return server.Count(sandbox.Matching("POST", "/user/token$")) },
	}
}

// OnSandbox replaces the server URLs in an example by those of the sandboxes. It also replaces an
// aliased provider by a provider with another name: in tests, two aliases share one process, and
// configuring the second would overwrite the first.
func OnSandbox(text string, servers []Server) string {
	for _, s := range servers {
		text = strings.ReplaceAll(text, s.named, s.URL)
	}

	alias := aliasStart.FindStringSubmatch(text)
	if alias == nil {
		return text
	}

	const required = "required_providers {\n"

	return strings.NewReplacer(
		required, required+"    away = {\n      source = \"opsaccess/away\"\n    }\n",
		alias[0], "provider \"away\" {\n",
		"opsaccess."+alias[1], "away",
	).Replace(text)
}
