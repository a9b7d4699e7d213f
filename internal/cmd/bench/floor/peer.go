package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// server is an API as a generic provider uses it: each resource sends its own requests, and each
// request logs in.
type server struct {
	base, username, password string
	// create, read and revoke return the request for the token with this id.
	create, read, revoke func(userID, id string) call
	// created returns the id of the issued token from the response to a create; id is the one that
	// the request contained.
	created func(body []byte, id string) (string, error)
}

// call is a request.
type call struct {
	method, path string
	body         any // Nil means no body.
}

// servers are the platforms, by the environment variable that contains the URL.
var servers = map[string]server{
	"FOREMAN_SERVER_URL": {
		username: os.Getenv("FOREMAN_USERNAME"), password: os.Getenv("FOREMAN_PASSWORD"),
		create: func(userID, id string) call {
			return call{http.MethodPost, "/api/users/" + userID + "/personal_access_tokens", map[string]any{"name": id}}
		},
		read: func(userID, id string) call {
			return call{http.MethodGet, "/api/users/" + userID + "/personal_access_tokens/" + id, nil}
		},
		revoke: func(userID, id string) call {
			return call{http.MethodDelete, "/api/users/" + userID + "/personal_access_tokens/" + id, nil}
		},
		created: func(body []byte, _ string) (string, error) {
			var token struct {
				ID json.Number `json:"id"`
			}

			err := json.Unmarshal(body, &token)

			return token.ID.String(), err
		},
	},
	"STONEBRANCH_BASE_URL": {
		username: os.Getenv("STONEBRANCH_USERNAME"), password: os.Getenv("STONEBRANCH_PASSWORD"),
		create: func(userID, id string) call {
			return call{http.MethodPost, "/resources/user/token", map[string]any{"userId": userID, "name": id}}
		},
		// Universal Controller has no request for a single token.
		read: func(userID, _ string) call {
			return call{http.MethodGet, "/resources/user/token/list?userid=" + userID, nil}
		},
		revoke: func(userID, id string) call {
			return call{http.MethodDelete, "/resources/user/token?" + url.Values{"userid": {userID}, "tokenname": {id}}.Encode(), nil}
		},
		created: func(_ []byte, id string) (string, error) { return id, nil },
	},
}

// peer is a resource that stores its plan in state and sends the requests that the plan requires.
type peer struct {
	kept

	server server
}

// newPeer returns a peer for the server that the environment names, or the resource itself if it
// names none.
func newPeer(of kept) resource.Resource {
	for variable, server := range servers {
		if server.base = os.Getenv(variable); server.base != "" {
			return peer{of, server}
		}
	}

	return of
}

// Create issues a token with a random name and reads it.
func (p peer) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	p.kept.Create(ctx, req, resp)

	id := "bench-" + strings.ToLower(rand.Text())
	userID, _ := p.subject(ctx, resp.State, &resp.Diagnostics)

	body, err := p.send(ctx, p.server.create(userID, id))
	if err == nil {
		id, err = p.server.created(body, id)
	}

	if err == nil {
		_, err = p.send(ctx, p.server.read(userID, id))
	}

	if err != nil {
		resp.Diagnostics.AddError("Create", err.Error())
	}

	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
}

// Read reads the token.
func (p peer) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	userID, id := p.subject(ctx, req.State, &resp.Diagnostics)
	if _, err := p.send(ctx, p.server.read(userID, id)); err != nil {
		resp.Diagnostics.AddError("Read", err.Error())
	}
}

// Delete revokes the token.
func (p peer) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	userID, id := p.subject(ctx, req.State, &resp.Diagnostics)
	if _, err := p.send(ctx, p.server.revoke(userID, id)); err != nil {
		resp.Diagnostics.AddError("Delete", err.Error())
	}
}

// subject returns the ids of the token and its user from a state.
func (peer) subject(ctx context.Context, state tfsdk.State, diagnostics *diag.Diagnostics) (userID, id string) {
	diagnostics.Append(state.GetAttribute(ctx, path.Root("user_id"), &userID)...)
	diagnostics.Append(state.GetAttribute(ctx, path.Root("id"), &id)...)

	return userID, id
}

// send sends a request and returns the body of the response.
func (p peer) send(ctx context.Context, c call) ([]byte, error) {
	body, err := json.Marshal(c.body)
	if err != nil {
		return nil, err
	}

	request, err := http.NewRequestWithContext(ctx, c.method, p.server.base+c.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}

	request.SetBasicAuth(p.server.username, p.server.password)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/plain")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}

	defer func() { _ = response.Body.Close() }()

	body, err = io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s", c.method, c.path, response.Status)
	}

	return body, err
}
