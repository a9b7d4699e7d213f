package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

func (c *controllerDemo) listUsers(ctx context.Context) error {
	var users []struct {
		Username string `json:"username"`
		Active   bool   `json:"active"`
		Tokens   int    `json:"tokens"`
	}

	if err := c.output(ctx, &users, "users"); err != nil {
		return err
	}

	have := map[string]int{}

	for _, user := range users {
		c.story.quote(fmt.Sprintf("%-24s active %t, tokens %d", user.Username, user.Active, user.Tokens))
		have[user.Username] = user.Tokens
	}

	return errors.Join(
		expect(c.story, "these are all three users", 3, len(users)),
		expect(c.story, deployLogin+" has the two tokens", 2, have[deployLogin]),
		expect(c.story, controllerserver.AdminUserName+" and "+controllerLogin+" have none", 0,
			have[controllerserver.AdminUserName]+have[controllerLogin]),
	)
}

func (c *controllerDemo) revokeFixed(ctx context.Context) error {
	return c.revokeBehind(ctx, c.monitoring)
}

func (c *controllerDemo) healFixed(ctx context.Context) error {
	before := c.monitoring

	if err := c.reissue(ctx); err != nil {
		return err
	}

	name := before.Current.Name
	before.Current.Name = "the old " + name

	if err := errors.Join(
		expect(c.story, "it is called "+name+" again", name, c.monitoring.Current.Name),
		c.logsIn(ctx, c.monitoring, http.StatusOK),
		c.logsIn(ctx, before, http.StatusUnauthorized),
	); err != nil {
		return err
	}

	return c.planEmpty(ctx)
}

// wrongContext leaves out what the server's web services are mounted at.
func (c *controllerDemo) wrongContext(ctx context.Context) error {
	return c.mistake(ctx, c.cli.with(c.url.name, strings.TrimSuffix(c.url.value, c.server.Context())), "HTTP 404: a web page")
}

func (c *controllerDemo) wrongPassword(ctx context.Context) error {
	return c.refusedOnce(ctx, "Check the username and the password")
}
