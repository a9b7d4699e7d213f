package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// api is a server's API as a person with curl would use it: what happens behind
// Terraform's back.
type api struct {
	url string
	// account says in a sentence who asks.
	account   string
	authorize func(*http.Request)
}

// exchange is a request in words, and how it was answered.
type exchange struct {
	asked  string
	status int
	answer []byte
}

// call sends a request, with a body in JSON unless it is nil.
func (a api) call(ctx context.Context, method, path string, body any) (exchange, error) {
	var encoded bytes.Buffer

	if body != nil {
		if err := json.NewEncoder(&encoded).Encode(body); err != nil {
			return exchange{}, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}

	request, err := http.NewRequestWithContext(ctx, method, a.url+path, &encoded)
	if err != nil {
		return exchange{}, fmt.Errorf("%s %s: %w", method, path, err)
	}

	a.authorize(request)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "opsaccess-demo")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return exchange{}, fmt.Errorf("%s %s: %w", method, path, err)
	}

	defer func() { _ = response.Body.Close() }()

	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return exchange{}, fmt.Errorf("%s %s: %w", method, path, err)
	}

	asked := fmt.Sprintf("%s %s as %s", method, readable(request.URL), a.account)

	return exchange{asked: asked, status: response.StatusCode, answer: answer}, nil
}

// basic logs in with a login and a password, or what stands for one.
func basic(login, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(login, password) }
}

// bearer logs in with a token alone.
func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// readable is the request's target without escapes.
func readable(u *url.URL) string {
	if query, err := url.QueryUnescape(u.RawQuery); err == nil && query != "" {
		return u.Path + "?" + query
	}

	return u.Path
}
