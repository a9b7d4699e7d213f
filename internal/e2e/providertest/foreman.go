package providertest

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

// NewForeman returns the live Foreman that the environment names, or a sandbox if it names none.
func NewForeman(t *testing.T) *Target {
	t.Helper()

	if Live() && os.Getenv("FOREMAN_SERVER_URL") != "" {
		return newLiveForeman(t)
	}

	s, _ := NewForemanServer(t, foremanserver.Options{})

	return s
}

// NewForemanServer returns a sandbox, for steps that a live server does not allow: they make logins
// fail, move the clock, or interrupt the network.
func NewForemanServer(t *testing.T, options foremanserver.Options) (*Target, *foremanserver.Server) {
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
	s := ForemanTarget(t, url, foremanserver.AdminLogin, foremanserver.AdminPassword)
	s.Now = now
	s.Organization = strconv.Itoa(foremanserver.DefaultOrganizationID)
	s.Location = strconv.Itoa(foremanserver.DefaultLocationID)
	s.Journal = server
	s.requests = func(method, path string) int { return server.Count(sandbox.Matching(method, path)) }
	s.AddUser = func(t *testing.T, user User) Account {
		t.Helper()

		added := foremanserver.User{
			Login: user.Login, Password: userPassword, Permissions: user.Permissions, Admin: user.Admin, Timezone: user.Timezone,
			OrganizationIDs: []int{foremanserver.DefaultOrganizationID},
			LocationIDs:     []int{foremanserver.DefaultLocationID},
		}
		if user.Outside {
			added.OrganizationIDs, added.LocationIDs = nil, nil
		}

		id, err := server.AddUser(added)
		if err != nil {
			t.Fatal(err)
		}

		return Account{ID: strconv.Itoa(id), Login: user.Login, Password: userPassword}
	}

	return s, server
}

// ForemanTarget returns the parts of a target that sandboxes and live servers have in common.
func ForemanTarget(t *testing.T, url, login, password string) *Target {
	t.Helper()

	system, err := foreman.New(foreman.Options{
		Client:   rest.Options{BaseURL: url, UserAgent: "opsaccess acceptance tests"},
		Username: login, Password: pat.Secret(password),
	})
	if err != nil {
		t.Fatal(err)
	}

	return &Target{
		URL: url, Login: login, Password: password, System: system, Now: time.Now,
		ProviderBlock: func(login, password string, more ...string) string {
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
