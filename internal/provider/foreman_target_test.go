package provider

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// userPassword is what users have that are created for a test.
const userPassword = "correct-horse-9-battery"

// newForeman returns a live Foreman if there is one to test against, and a sandbox
// otherwise.
func newForeman(t *testing.T) *target {
	t.Helper()

	if live() && os.Getenv("FOREMAN_SERVER_URL") != "" {
		return newLiveForeman(t)
	}

	s, _ := newForemanSandbox(t, foremanserver.Options{})

	return s
}

// newForemanSandbox returns a sandbox, for steps that need one: they make logins fail,
// move the clock, or break the network.
func newForemanSandbox(t *testing.T, options foremanserver.Options) (*target, *foremanserver.Server) {
	t.Helper()

	server := foremanserver.New(options)

	running, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = running.Close() })

	now := options.Console.Now
	if now == nil {
		now = time.Now
	}

	url := running.URL() + strings.TrimSuffix(options.PathPrefix, "/")
	s := foremanTarget(t, url, foremanserver.AdminLogin, foremanserver.AdminPassword)
	s.now = now
	s.organization = strconv.Itoa(foremanserver.DefaultOrganizationID)
	s.location = strconv.Itoa(foremanserver.DefaultLocationID)
	s.journal = server
	s.requests = func(method, path string) int { return server.Count(sandbox.Matching(method, path)) }
	s.addUser = func(t *testing.T, user testUser) account {
		t.Helper()

		added := foremanserver.User{
			Login: user.login, Password: userPassword, Permissions: user.permissions, Admin: user.admin, Timezone: user.timezone,
			OrganizationIDs: []int{foremanserver.DefaultOrganizationID},
			LocationIDs:     []int{foremanserver.DefaultLocationID},
		}
		if user.outside {
			added.OrganizationIDs, added.LocationIDs = nil, nil
		}

		id, err := server.AddUser(added)
		if err != nil {
			t.Fatal(err)
		}

		return account{id: strconv.Itoa(id), login: user.login, password: userPassword}
	}

	return s, server
}

// foremanTarget returns the parts that a sandbox and a live server have in common.
func foremanTarget(t *testing.T, url, login, password string) *target {
	t.Helper()

	system, err := foreman.New(foreman.Options{
		Client:   rest.Options{BaseURL: url, UserAgent: "opsaccess acceptance tests"},
		Username: login, Password: pat.Secret(password),
	})
	if err != nil {
		t.Fatal(err)
	}

	return &target{
		url: url, login: login, password: password, system: system, now: time.Now,
		block: func(login, password string, more ...string) string {
			return fmt.Sprintf(`
provider "opsaccess" {
  foreman = {
    url      = %q
    username = %q
    password = %q
    %s
  }
}
`, url, login, password, strings.Join(more, "\n    "))
		},
	}
}
