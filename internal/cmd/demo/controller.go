package main

import (
	"crypto/rand"
	_ "embed" // For the configuration.
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// controllerLogin is the account that Terraform has on Universal Controller: the password
// of the built-in administrator is its login, which could not be kept out of what is
// printed.
const controllerLogin = "terraform"

//go:embed controller/main.tf
var controllerConfiguration string

// controllerDemo is the chapter on Universal Controller.
type controllerDemo struct {
	*tour

	server *controllerserver.Server
	admin  api
	// userID is the sysId of the configuration's user.
	userID string
}

var _ platform = (*controllerDemo)(nil)

// controllerChapter starts the server and writes the configuration.
func controllerChapter(s *stage) (chapter, error) {
	server := controllerserver.New(controllerserver.Options{})
	c := &controllerDemo{server: server}
	password, deployPassword := rand.Text(), rand.Text()

	if _, err := server.AddUser(controllerserver.User{
		UserName: controllerLogin, Password: password, Roles: controllerserver.RolesOf(controllerserver.RoleUserAdmin),
	}); err != nil {
		return chapter{}, fmt.Errorf("add the account: %w", err)
	}

	var err error
	if c.userID, err = server.AddUser(controllerserver.User{
		UserName: deployLogin, Password: deployPassword, FirstName: "Deploy", LastName: "Service",
	}); err != nil {
		return chapter{}, fmt.Errorf("add the user: %w", err)
	}

	running, err := sandbox.Start(server, loopback)
	if err != nil {
		return chapter{}, err
	}

	url := running.URL() + server.Context()
	c.admin = api{url: url, account: controllerLogin, authorize: basic(controllerLogin, password)}
	c.tour = &tour{
		story: s.story, platform: c, counts: server,
		url:      variable{"STONEBRANCH_BASE_URL", url},
		login:    variable{"STONEBRANCH_USERNAME", controllerLogin},
		password: variable{"STONEBRANCH_PASSWORD", password},
	}

	s.story.guardPrefix("a token's secret on Universal Controller", controllerserver.SecretPrefix)
	s.story.guard("the password of "+deployLogin+" on Universal Controller", deployPassword)
	s.story.note("UC        Universal Controller, a sandbox in memory, %s; its account is %q", url, controllerLogin)

	return c.chapter(s, chapter{
		title: "Tokens on Universal Controller",
		intro: "No recordings of a real one are at hand. The sandbox is measured against the samples in the\n" +
			"vendor's documentation instead: `go test ./internal/sandbox/controllerserver`.",
		steps:   c.steps(),
		summary: c.summary,
		close:   running.Close,
	}, "universal-controller", controllerConfiguration)
}

func (c *controllerDemo) steps() []step {
	return []step{
		{"Apply: " + deployLogin + " gets a token for 90 days, and one of a fixed name that never expires.", c.apply},
		{"The secrets are in the state, marked sensitive, and each logs in as a Bearer.", c.logInWithBoth},
		{"A second plan is empty.", c.planEmpty},
		{"The data source lists what is alive on the server.", c.list},
		{"Another one lists all users, with their tokens.", c.listUsers},
		{"Somebody revokes a token behind Terraform's back; its row is gone, and the plan says what it does.", c.revokePipeline},
		{"Apply heals: the next generation logs in, the revoked one does not.", c.healPipeline},
		{"A trigger is changed: a successor is issued, and the old token goes on for three seconds.", c.rotate},
		{"Three seconds later: the next apply revokes the predecessor, and nothing else.", c.retire},
		{"The token of the fixed name is revoked as well.", c.revokeFixed},
		{"Apply issues it again under its name, which Universal Controller gave back.", c.healFixed},
		{"A token that was made by hand is imported by its name; nothing about it changes.", c.adopt},
		{"Wrong context, an HTML 404 for everything: an error, and the state is kept.", c.wrongContext},
		{"Wrong password: an error after one login, so that nobody is locked out.", c.wrongPassword},
		{"Destroy revokes all of them.", c.destroy},
	}
}

// summary counts what the server saw, the demo's own requests included. Each was a
// login: Universal Controller has no sessions for its web services.
func (c *controllerDemo) summary(took time.Duration) string {
	return fmt.Sprintf("Universal Controller saw %d requests in %.1f seconds; %d tokens are alive.",
		c.server.Count(nil), took.Seconds(), c.server.LiveTokens(""))
}
