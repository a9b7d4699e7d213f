package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func (f *foremanDemo) issue(ctx context.Context, name string, expires time.Time) (string, exchange, error) {
	done, err := f.admin.call(ctx, http.MethodPost, f.tokensPath(), map[string]any{
		"name": name, "expires_at": expires.Format(time.RFC3339),
	})
	if err != nil || done.status != f.issuedStatus() {
		return "", done, err
	}

	var created struct {
		Secret string `json:"token_value"`
	}

	if err := json.Unmarshal(done.answer, &created); err != nil {
		return "", done, fmt.Errorf("%s: %w", done.asked, err)
	}

	return created.Secret, done, nil
}

func (f *foremanDemo) revoke(ctx context.Context, token issued) (exchange, error) {
	return f.admin.call(ctx, http.MethodDelete, f.tokensPath()+"/"+token.Current.ID, nil)
}

// logIn shows the token as its user's password.
func (f *foremanDemo) logIn(ctx context.Context, token issued) (exchange, error) {
	user := api{
		url: f.admin.url, account: deployLogin + " with " + token.Current.Name,
		authorize: basic(deployLogin, token.Secret),
	}

	return user.call(ctx, http.MethodGet, "/api/status", nil)
}

func (f *foremanDemo) alive() []string {
	var names []string

	for _, token := range f.server.Tokens(deployLogin) {
		if token.Active {
			names = append(names, token.Name)
		}
	}

	return names
}

func (f *foremanDemo) issuedStatus() int { return http.StatusCreated }

// afterRevocation: Foreman keeps the row of a revoked token.
func (f *foremanDemo) afterRevocation() string { return "revoked" }

// tokensPath is the path of the user's tokens.
func (f *foremanDemo) tokensPath() string {
	return "/api/users/" + strconv.Itoa(f.userID) + "/personal_access_tokens"
}
