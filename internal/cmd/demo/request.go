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

// request is a request to a server's API that a person could send with curl, without Terraform.
type request struct {
	method, url string
	// account describes the credentials in a sentence.
	account string
	// login and password are the credentials; a password without a login is a bearer token.
	login, password string
	// body is sent as JSON, unless it is nil.
	body any
}

// send returns the status and the body of the response.
func (r request) send(ctx context.Context) (int, []byte, error) {
	var encoded bytes.Buffer

	if r.body != nil {
		if err := json.NewEncoder(&encoded).Encode(r.body); err != nil {
			return 0, nil, fmt.Errorf("%s: %w", r, err)
		}
	}

	sent, err := http.NewRequestWithContext(ctx, r.method, r.url, &encoded)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", r, err)
	}

	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("User-Agent", "opsaccess-demo")

	if r.login == "" {
		sent.Header.Set("Authorization", "Bearer "+r.password)
	} else {
		sent.SetBasicAuth(r.login, r.password)
	}

	response, err := http.DefaultClient.Do(sent)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", r, err)
	}

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", r, err)
	}

	return response.StatusCode, body, nil
}

// String returns the request without its credentials, and its target without escapes.
func (r request) String() string {
	target := r.url
	if parsed, err := url.Parse(r.url); err == nil {
		target = parsed.RequestURI()
	}

	if readable, err := url.QueryUnescape(target); err == nil {
		target = readable
	}

	return fmt.Sprintf("%s %s as %s", r.method, target, r.account)
}
