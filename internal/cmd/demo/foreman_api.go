package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// foremanAPI is Foreman's API as a person with curl would use it: what happens behind
// Terraform's back.
type foremanAPI struct {
	url             string
	login, password string
}

// status logs in, asks for the server's status, and returns the HTTP status.
func (a foremanAPI) status(ctx context.Context) (int, error) {
	return a.call(ctx, http.MethodGet, "/api/status", nil, nil)
}

// create issues a token. It returns the secret and the HTTP status.
func (a foremanAPI) create(ctx context.Context, userID int, name string, expires time.Time) (string, int, error) {
	var created struct {
		Secret string `json:"token_value"`
	}

	status, err := a.call(ctx, http.MethodPost, tokensPath(userID), map[string]any{
		"name": name, "expires_at": expires.UTC().Format(time.RFC3339),
	}, &created)

	return created.Secret, status, err
}

// revoke revokes a token and returns the HTTP status.
func (a foremanAPI) revoke(ctx context.Context, userID int, tokenID string) (int, error) {
	return a.call(ctx, http.MethodDelete, tokensPath(userID)+"/"+tokenID, nil, nil)
}

func (a foremanAPI) call(ctx context.Context, method, path string, body, answer any) (int, error) {
	var encoded bytes.Buffer

	if body != nil {
		if err := json.NewEncoder(&encoded).Encode(body); err != nil {
			return 0, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}

	request, err := http.NewRequestWithContext(ctx, method, a.url+path, &encoded)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}

	request.SetBasicAuth(a.login, a.password)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "opsaccess-demo")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}

	defer func() { _ = response.Body.Close() }()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}

	if answer != nil && response.StatusCode < http.StatusMultipleChoices {
		if err := json.Unmarshal(text, answer); err != nil {
			return 0, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}

	return response.StatusCode, nil
}

func tokensPath(userID int) string {
	return "/api/users/" + strconv.Itoa(userID) + "/personal_access_tokens"
}
