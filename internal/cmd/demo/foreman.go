package main

import (
	"context"
	"crypto/rand"
	_ "embed" // For the configuration.
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const (
	loopback = "127.0.0.1:0"
	// deployLogin is the user of the configuration.
	deployLogin = "svc-deploy"
)

//go:embed foreman/main.tf
var foremanConfiguration string

// foremanDemo is the chapter on Foreman.
type foremanDemo struct {
	story  *narrator
	cli    *cli
	server *foremanserver.Server
	url    string
	admin  foremanAPI
	userID int
	// foreign is an organization that the user is not in.
	foreign int
	// pipeline and monitoring are the tokens of the configuration, as the state had them
	// last.
	pipeline, monitoring issued
}

// foremanChapter starts the server and writes the configuration.
func foremanChapter(_ context.Context, s *stage) (chapter, error) {
	server := foremanserver.New(foremanserver.Options{})
	f := &foremanDemo{story: s.story, server: server, foreign: server.AddOrganization("Elsewhere")}
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

	f.url = running.URL()
	f.admin = foremanAPI{url: f.url, login: foremanserver.AdminLogin, password: foremanserver.AdminPassword}
	exports := [][2]string{
		{"FOREMAN_SERVER_URL", f.url},
		{"FOREMAN_USERNAME", foremanserver.AdminLogin},
		{"FOREMAN_PASSWORD", foremanserver.AdminPassword},
	}

	env := map[string]string{}
	for _, export := range exports {
		env[export[0]] = export[1]
	}

	if f.cli, err = s.workspace("foreman", map[string]string{"main.tf": foremanConfiguration}, env); err != nil {
		return chapter{}, errors.Join(err, running.Close())
	}

	f.story.guardPrefix("a token's secret", foremanserver.SecretPrefix)
	f.story.guardPrefix("a token's hash", foremanserver.HashPrefix)
	f.story.guardPrefix("a session", foremanserver.SessionPrefix)
	f.story.guard("the administrator's password", foremanserver.AdminPassword)
	f.story.guard("the administrator's credentials", base64.StdEncoding.EncodeToString(
		[]byte(foremanserver.AdminLogin+":"+foremanserver.AdminPassword)))
	f.story.guard("the password of "+deployLogin, password)
	f.story.note("Foreman   a sandbox in memory, %s; its account is %q", f.url, foremanserver.AdminLogin)

	return chapter{
		title:   "Tokens on Foreman",
		steps:   f.steps(),
		summary: f.summary,
		exports: exports,
		folder:  f.cli.folder,
		close:   running.Close,
	}, nil
}

func (f *foremanDemo) steps() []step {
	return []step{
		{"What the sandbox is measured against: recordings of a real server, replayed.", f.replay},
		{"Apply: " + deployLogin + " gets a token for 90 days, and one that never expires.", f.apply},
		{"The secrets are in the state, marked sensitive, and they log in.", f.logIn},
		{"A second plan is empty.", f.planEmpty},
		{"The data source lists what is alive on the server.", f.list},
		{"An administrator revokes a token behind Terraform's back; the plan says what it does.", f.revoke},
		{"Apply heals: the next generation logs in, the revoked one does not.", f.heal},
		{"A token that was made by hand is imported; nothing about it changes.", f.adopt},
		{"Wrong organization: an error, and the state is kept.", f.wrongOrganization},
		{"Wrong URL, an HTML 404 for everything: an error, and the state is kept.", f.wrongURL},
		{"Wrong password: an error after one login, so that nobody is locked out.", f.wrongPassword},
		{"Destroy revokes all of them.", f.destroy},
	}
}

// summary counts what the server saw, the demo's own requests included.
func (f *foremanDemo) summary() string {
	return fmt.Sprintf("Foreman saw %d requests and %d logins; %d tokens are alive.",
		f.server.Count(nil), f.server.Count(isLogin), f.server.LiveTokens(""))
}

// isLogin says whether a request cost the server a check of credentials.
func isLogin(r sandbox.Request) bool {
	return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || r.Status == http.StatusUnauthorized
}
