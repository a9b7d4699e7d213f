package main

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

const (
	loopback = "127.0.0.1:0"
	// deployLogin is the user of every configuration.
	deployLogin = "svc-deploy"
)

// tour is what the chapters have in common: the steps that are the same on any
// platform, in steps.go and mistakes.go.
type tour struct {
	story    *narrator
	platform platform
	counts   counts
	// url, login and password are how Terraform reaches the server.
	url, login, password variable
	cli                  *cli
	// pipeline and monitoring are the tokens of the configuration, as the state had them
	// last.
	pipeline, monitoring issued
	// predecessor is the token that pipeline was before it was rotated.
	predecessor issued
}

// platform is what differs: how a person does by hand what happens behind Terraform's
// back, and what becomes of it.
type platform interface {
	// issue issues a token to the user of the configuration.
	issue(ctx context.Context, name string, expires time.Time) (secret string, done exchange, err error)
	// revoke revokes one.
	revoke(ctx context.Context, token issued) (exchange, error)
	// logIn makes a request that needs nothing but a valid token.
	logIn(ctx context.Context, token issued) (exchange, error)
	// alive are the names of the user's tokens that log in, in the order in which the
	// provider lists them.
	alive() []string
	// issuedStatus is the HTTP status of a token that was issued.
	issuedStatus() int
	// afterRevocation is what the provider says of a token that was revoked.
	afterRevocation() string
}

// counts is what a sandbox counts, whatever its platform.
type counts interface {
	// Count counts the requests that were seen.
	Count(matching func(sandbox.Request) bool) int
	// LiveTokens counts the tokens that log in, those of all users for "".
	LiveTokens(login string) int
}

// variable is one of the environment.
type variable struct{ name, value string }

// chapter completes a chapter: it writes the configuration, and guards the credentials.
// A server that runs for nothing is closed.
func (t *tour) chapter(s *stage, c chapter, folder, configuration string) (chapter, error) {
	c.exports = []variable{t.url, t.login, t.password}

	env := map[string]string{}
	for _, export := range c.exports {
		env[export.name] = export.value
	}

	var err error
	if t.cli, err = s.workspace(folder, map[string]string{"main.tf": configuration}, env); err != nil {
		_ = c.close()

		return chapter{}, err
	}

	c.folder = t.cli.folder

	t.story.guard("the password of "+t.login.value, t.password.value)
	t.story.guard("the credentials of "+t.login.value,
		base64.StdEncoding.EncodeToString([]byte(t.login.value+":"+t.password.value)))

	return c, nil
}
