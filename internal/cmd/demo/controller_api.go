package main

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// tokenPath is the web service that issues and revokes.
const tokenPath = "/resources/user/token"

// issue gets the secret as a bare text.
func (c *controllerDemo) issue(ctx context.Context, name string, expires time.Time) (string, exchange, error) {
	done, err := c.admin.call(ctx, http.MethodPost, tokenPath, map[string]any{
		"userName": deployLogin, "name": name, "expiration": expires.Format(time.DateOnly),
	})

	return string(done.answer), done, err
}

func (c *controllerDemo) revoke(ctx context.Context, token issued) (exchange, error) {
	query := url.Values{"username": {deployLogin}, "tokenname": {token.Current.Name}}

	return c.admin.call(ctx, http.MethodDelete, tokenPath+"?"+query.Encode(), nil)
}

// logIn shows the token alone.
func (c *controllerDemo) logIn(ctx context.Context, token issued) (exchange, error) {
	user := api{url: c.admin.url, account: "Bearer, " + token.Current.Name, authorize: bearer(token.Secret)}

	return user.call(ctx, http.MethodGet, "/resources/user?username="+deployLogin, nil)
}

func (c *controllerDemo) alive() []string {
	var names []string

	for _, token := range c.server.Tokens(deployLogin) {
		if !token.Expired {
			names = append(names, token.Name)
		}
	}

	return names
}

func (c *controllerDemo) issuedStatus() int { return http.StatusOK }

// afterRevocation: Universal Controller removes the row.
func (c *controllerDemo) afterRevocation() string { return "missing" }
