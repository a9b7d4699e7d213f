package main

import (
	"context"
	"crypto/rand"
	_ "embed" // For the configuration.
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

//go:embed foreman/main.tf
var foremanConfiguration string

// foremanDemo is the chapter on Foreman.
type foremanDemo struct {
	*tour

	server *foremanserver.Server
	admin  api
	userID int
	// foreign is an organization that the user is not in.
	foreign int
}

var _ platform = (*foremanDemo)(nil)

// foremanChapter starts the server and writes the configuration.
func foremanChapter(s *stage) (chapter, error) {
	server := foremanserver.New(foremanserver.Options{})
	f := &foremanDemo{server: server, foreign: server.AddOrganization("Elsewhere")}
	password := rand.Text()

	var err error
	if f.userID, err = server.AddUser(foremanserver.User{
		Login: deployLogin, Password: password, Firstname: "Deploy", Lastname: "Service",
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID},
		LocationIDs:     []int{foremanserver.DefaultLocationID},
	}); err != nil {
		return chapter{}, fmt.Errorf("add the user: %w", err)
	}

	running, err := sandbox.Start(server, loopback)
	if err != nil {
		return chapter{}, err
	}

	f.admin = api{
		url: running.URL(), account: foremanserver.AdminLogin,
		authorize: basic(foremanserver.AdminLogin, foremanserver.AdminPassword),
	}
	f.tour = &tour{
		story: s.story, platform: f, counts: server,
		url:      variable{"FOREMAN_SERVER_URL", running.URL()},
		login:    variable{"FOREMAN_USERNAME", foremanserver.AdminLogin},
		password: variable{"FOREMAN_PASSWORD", foremanserver.AdminPassword},
	}

	s.story.guardPrefix("a token's secret on Foreman", foremanserver.SecretPrefix)
	s.story.guardPrefix("a token's hash", foremanserver.HashPrefix)
	s.story.guardPrefix("a session", foremanserver.SessionPrefix)
	s.story.guard("the password of "+deployLogin+" on Foreman", password)
	s.story.note("Foreman   a sandbox in memory, %s; its account is %q", running.URL(), foremanserver.AdminLogin)

	return f.chapter(s, chapter{
		title:   "Tokens on Foreman",
		steps:   f.steps(),
		summary: f.summary,
		close:   running.Close,
	}, "foreman", foremanConfiguration)
}

func (f *foremanDemo) steps() []step {
	return []step{
		{"What the sandbox is measured against: recordings of a real server, replayed.", f.replay},
		{"Apply: " + deployLogin + " gets a token for 90 days, and one that never expires.", f.apply},
		{"The secrets are in the state, marked sensitive, and they log in.", f.logInWithBoth},
		{"A second plan is empty.", f.planEmpty},
		{"The data source lists what is alive on the server.", f.list},
		{"An administrator revokes a token behind Terraform's back; the plan says what it does.", f.revokePipeline},
		{"Apply heals: the next generation logs in, the revoked one does not.", f.healPipeline},
		{"A trigger is changed: a successor is issued, and the old token goes on for three seconds.", f.rotate},
		{"Three seconds later: the next apply revokes the predecessor, and nothing else.", f.retire},
		{"A token that was made by hand is imported; nothing about it changes.", f.adopt},
		{"Wrong organization: an error, and the state is kept.", f.wrongOrganization},
		{"Wrong URL, an HTML 404 for everything: an error, and the state is kept.", f.wrongURL},
		{"Wrong password: an error after one login, so that nobody is locked out.", f.wrongPassword},
		{"Destroy revokes all of them.", f.destroy},
	}
}

func (f *foremanDemo) wrongOrganization(ctx context.Context) error {
	return f.mistake(ctx, f.cli, "outside organization_id", "-var", fmt.Sprintf("organization_id=%d", f.foreign))
}

func (f *foremanDemo) wrongURL(ctx context.Context) error {
	return f.mistake(ctx, f.cli.with(f.url.name, f.url.value+"/foreman"), "HTTP 404: a web page")
}

func (f *foremanDemo) wrongPassword(ctx context.Context) error {
	return f.refusedOnce(ctx, "Unable to authenticate user "+f.login.value)
}

// summary counts what the server saw, the demo's own requests included.
func (f *foremanDemo) summary(took time.Duration) string {
	return fmt.Sprintf("Foreman saw %d requests and %d logins in %.1f seconds; %d tokens are alive.",
		f.server.Count(nil), f.server.Count(isLogin), took.Seconds(), f.server.LiveTokens(""))
}

// isLogin says whether a request cost the server a check of credentials.
func isLogin(r sandbox.Request) bool {
	return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || isRefused(r)
}
