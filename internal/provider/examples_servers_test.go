package provider

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// exampleAlias is the beginning of a provider block with an alias.
var exampleAlias = regexp.MustCompile(`provider "opsaccess" \{\n  alias = "(\w+)"\n`)

// exampleServer is a sandbox with what the examples name.
type exampleServer struct {
	*target

	// named is the URL in the examples that it stands in for.
	named string
	// env leads to it.
	env map[string]string
	// variable is the examples' input variable for the credential of the account
	// "terraform".
	variable   string
	credential func(t *testing.T) string
	// live counts the tokens that are alive.
	live func() int
	// issued counts the requests for a token.
	issued func() int
}

// newExampleServers returns the sandboxes that an example is for, by its name: Foreman, if
// it does not say. The environment leads there, and nowhere else: the examples are applied
// without a line added to them.
func newExampleServers(t *testing.T, name string) []exampleServer {
	t.Helper()

	var servers []exampleServer

	both := strings.Contains(name, "both-platforms")
	controller := strings.Contains(strings.ReplaceAll(name, "_", "-"), "universal-controller")

	if both || !controller {
		s, _ := newForemanExamples(t, foremanserver.Options{})
		servers = append(servers, s)
	}

	if both || controller {
		servers = append(servers, newControllerExamples(t))
	}

	env := map[string]string{}
	for _, s := range servers {
		maps.Copy(env, s.env)
	}

	setEnvironment(t, env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")

	return servers
}

// newExampleSandbox is newExampleServers for the examples of imports, which are of Foreman.
func newExampleSandbox(t *testing.T) (*target, *foremanserver.Server) {
	t.Helper()

	s, server := newForemanExamples(t, foremanserver.Options{})
	setEnvironment(t, s.env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")

	return s.target, server
}

// agedForemanExamples is a Foreman with what the examples name, whose clock and that of the
// provider are days behind that of the CLI. The environment leads there.
func agedForemanExamples(t *testing.T, days int) (exampleServer, *foremanserver.Server, *movedClock) {
	t.Helper()

	clock := &movedClock{}
	clock.move(-time.Duration(days) * day)

	s, server := newForemanExamples(t, foremanserver.Options{Console: sandbox.Options{Now: clock.now}})
	setEnvironment(t, s.env)

	return s, server, clock
}

func newForemanExamples(t *testing.T, options foremanserver.Options) (exampleServer, *foremanserver.Server) {
	t.Helper()

	s, server := newForemanSandbox(t, options)

	for _, login := range []string{"svc-audit", "svc-backup", exampleDeployUser, "svc-gitlab", "svc-jenkins"} {
		s.addUser(t, testUser{login: login})
	}

	addToken(t, server, "svc-backup", "backup server")

	return exampleServer{
		target: s, named: "https://foreman.example.com", variable: "foreman_password",
		env: map[string]string{"FOREMAN_SERVER_URL": s.url, "FOREMAN_USERNAME": s.login, "FOREMAN_PASSWORD": s.password},
		credential: func(t *testing.T) string {
			t.Helper()

			return s.addUser(t, testUser{login: "terraform", admin: true}).password
		},
		live:   func() int { return server.LiveTokens("") },
		issued: func() int { return server.Count(sandbox.Matching("POST", "/personal_access_tokens$")) },
	}, server
}

func newControllerExamples(t *testing.T) exampleServer {
	t.Helper()

	s, server := newUniversalControllerSandbox(t, controllerserver.Options{})

	for _, login := range []string{"svc.deploy", "svc.migration", "svc.monitoring", "svc.reports", "svc.scheduler"} {
		s.addUser(t, testUser{login: login})
	}

	return exampleServer{
		target: s, named: "https://uc.example.com/uc", variable: "universal_controller_token",
		env: map[string]string{
			"STONEBRANCH_BASE_URL": s.url, "STONEBRANCH_USERNAME": s.login, "STONEBRANCH_PASSWORD": s.password,
		},
		credential: func(t *testing.T) string {
			t.Helper()

			login := s.addUser(t, testUser{login: "terraform", admin: true}).login

			secret, err := server.AddToken(login, "for Terraform", time.Time{})
			must(t, err)

			return secret
		},
		live:   func() int { return server.LiveTokens("") },
		issued: func() int { return server.Count(sandbox.Matching("POST", "/user/token$")) },
	}
}

// onSandbox puts the sandboxes in place of the servers that an example names. In tests two
// aliases share one process, in which the second would take the first one's place, so
// that an alias becomes a provider by another name.
func onSandbox(text string, servers []exampleServer) string {
	for _, s := range servers {
		text = strings.ReplaceAll(text, s.named, s.url)
	}

	alias := exampleAlias.FindStringSubmatch(text)
	if alias == nil {
		return text
	}

	const source = "source = \"opsaccess/opsaccess\"\n    }\n"

	return strings.NewReplacer(
		source, source+"    away = {\n      source = \"opsaccess/away\"\n    }\n",
		alias[0], "provider \"away\" {\n",
		"opsaccess."+alias[1], "away",
	).Replace(text)
}
