package leak

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// leakPlatform is a sandbox with what the leak tests need of it.
type leakPlatform struct {
	handler http.Handler
	console *sandbox.Console
	clock   *providertest.Clock
	// block is the name of the platform's object in the provider block. context is the rest of a URL,
	// after the front's part.
	block, context string
	// addUser creates an administrator and returns its id.
	addUser func(login, password string) (string, error)
	// addToken issues a token outside Terraform and returns its secret.
	addToken func(login, name string) (string, error)
	// revokeAll revokes a user's tokens, except one.
	revokeAll func(login, spared string)
	// byToken returns the arguments for logging in with a token instead of a password.
	byToken func(login, secret string) string
}

// leakScene is a sandbox behind a front, and a folder in which a real CLI runs the provider as it is
// released: in its own process, whose output Terraform logs.
type leakScene struct {
	leakPlatform
	front     *leakFront
	watch     *leakWatch
	running   *sandbox.Running
	cli       clirun.CLI
	providers []*leakProvider
	// logged counts the provider's log entries, and private the pieces of private data in states.
	logged, private int
}

// leakPlugin builds the provider once for all tests and returns its folder.
var leakPlugin = sync.OnceValues(func() (string, error) { return providertest.BuildPlugin("leak") })

// open starts the front and prepares the folder.
func (p leakPlatform) open(t *testing.T) *leakScene {
	t.Helper()

	watch := newLeakWatch()
	s := &leakScene{
		leakPlatform: p, watch: watch, cli: clirun.CLI{Path: providertest.CLIPath(t), Folder: t.TempDir()},
		front: &leakFront{sandbox: p.handler, watch: watch, answers: map[string][]hostileAnswer{}},
	}

	var err error

	s.running, err = sandbox.Start(s.front, "127.0.0.1:0", sandbox.WithClientCertificates())
	providertest.Must(t, err)
	t.Cleanup(func() { _ = s.running.Close() })

	plugin, err := leakPlugin()
	providertest.Must(t, err)

	certificate, key := s.running.ClientCertificate()
	watch.guardKey(string(key))

	s.file(t, "ca.pem", string(s.running.CACertificate()))
	s.file(t, "client.pem", string(certificate))

	config := filepath.Join(s.cli.Folder, "cli.tfrc")
	providertest.Must(t, clirun.Configure(config, plugin))

	s.cli.Env = clirun.Environment(s.cli.Folder, config)
	s.cli.Env["TF_VAR_client_key"] = string(key)

	return s
}

// add adds a provider that gets these hostile responses, with an administrator for each of them. It
// logs in as the first one, with a password or a token.
func (s *leakScene) add(t *testing.T, byToken bool, answers ...hostileAnswer) {
	t.Helper()

	p := &leakProvider{slug: "p" + strconv.Itoa(len(s.providers)), modifies: s.block == "universal_controller"}
	s.front.answers[p.slug] = answers

	for range max(1, len(answers)) {
		p.users = append(p.users, s.user(t, "svc-"+p.slug+strconv.Itoa(len(p.users))))
	}

	login, secret := p.users[0].Login, p.users[0].Password
	p.credential = fmt.Sprintf("username = %q\npassword = var.secret_%s", login, p.slug)

	if byToken {
		var err error

		secret, err = s.addToken(login, "credential")
		providertest.Must(t, err)
		s.watch.guardSecret(secret)

		p.credential = s.byToken(login, "var.secret_"+p.slug)
	}

	s.cli.Env["TF_VAR_secret_"+p.slug] = secret
	s.providers = append(s.providers, p)
}

// user adds an administrator who has a token named "met".
func (s *leakScene) user(t *testing.T, login string) providertest.Account {
	t.Helper()

	password := leakPassword + login + `-"&</\é' x-the-end`
	s.watch.guard(leakOfPassword, password)

	id, err := s.addUser(login, password)
	providertest.Must(t, err)

	met, err := s.addToken(login, "met")
	providertest.Must(t, err)
	s.watch.guardSecret(met)

	return providertest.Account{ID: id, Login: login, Password: password}
}

// revokeBehind revokes all tokens outside Terraform, except for the providers' credentials.
func revokeBehind(_ *testing.T, s *leakScene) {
	for _, p := range s.providers {
		for _, user := range p.users {
			s.revokeAll(user.Login, "credential")
		}
	}
}

// endOverlaps sets the server's clock to the time at which the predecessors are due. It does not change
// the provider's clock.
func endOverlaps(_ *testing.T, s *leakScene) { s.clock.Move(time.Hour) }

// addSpares issues one token to the first user of each provider for each of its hostile responses.
func addSpares(t *testing.T, s *leakScene) {
	t.Helper()

	for _, p := range s.providers {
		for i := range p.users {
			secret, err := s.addToken(p.users[0].Login, "spare-"+strconv.Itoa(i))
			providertest.Must(t, err)
			s.watch.guardSecret(secret)
		}
	}
}

// providerBlock returns the provider block, with the variable that it needs.
func (s *leakScene) providerBlock(p *leakProvider, at leakStage) string {
	timeout := "60s" // This is long enough for every response that does end.
	if at.attack != "" && s.front.keepsWaiting(p.slug) {
		timeout = "5s"
	}

	return fmt.Sprintf(`
variable "secret_%[1]s" {
  type      = string
  sensitive = true
}

provider "opsaccess" {
  alias = %[1]q
  %[2]s = {
    url = "%[3]s/%[1]s%[4]s"
    %[5]s
  }
  max_retries        = 0
  request_timeout    = %[6]q
  ca_certificate     = file("ca.pem")
  client_certificate = file("client.pem")
  client_key         = var.client_key
  headers            = { "X-Gateway" = var.secret_%[1]s }
}
`, p.slug, s.block, s.running.URL(), s.context, p.credential, timeout)
}

func (s *leakScene) file(t *testing.T, name, text string) {
	t.Helper()
	providertest.Must(t, os.WriteFile(filepath.Join(s.cli.Folder, name), []byte(text), 0o600))
}
