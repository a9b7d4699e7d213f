package move

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// movable is a token that another provider manages.
var movable = pat.Issued{
	Token: pat.Token{
		UserID: "7", ID: "42", Name: "deploy pipeline",
		CreatedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), ExpiresAt: time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC),
	},
	Secret: foremanserver.SecretPrefix + "Moved-From-Elsewhere",
}

// TestMove_everyVersionOfTheSource tests that a token moves from every version of the source provider.
// The new state contains its secret once; all other copies of it are dropped.
func TestMove_everyVersionOfTheSource(t *testing.T) {
	t.Parallel()

	for name, source := range restStates(t, movable) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			response := moveState(t, moveRequest(t, source.attributes))
			state := movedTo(t, response)

			want := map[string]any{
				"id": "7/42", "user_id": "7", "username": nil, "name": "deploy pipeline", "name_prefix": nil, "series": nil,
				"expires_at": "2027-03-01T10:00:00Z", "expires_in": nil, "rotation": nil, "encrypt_to": nil, "reissue_when_invalid": nil,
				"token": nil, "token_version": nil, "encrypted_token": nil, "generation": "0", "platform": "foreman", "server": nil,
				"rotation_due": "false", "rotation_reason": nil, "previous": []any{},
				"owner": map[string]any{"id": "7", "username": nil},
				"current": map[string]any{
					"id": "42", "name": "deploy pipeline", "created_at": "2026-03-01T10:00:00Z", "expires_at": "2027-03-01T10:00:00Z",
					"rotate_at": nil, "status": "active", "issue_reason": "imported", "sha256": nil,
				},
			}

			if name == "1.0" { // The provider does not read the copy of a response in this version; the next refresh reads the values.
				want["expires_at"] = nil
				current := want["current"].(map[string]any) //nolint:forcetypeassert // It was created above.
				current["created_at"], current["expires_at"] = nil, nil
			}

			warning := "The token's secret is not known"

			if source.secret {
				want["token"], want["generation"] = movable.Secret.Reveal(), "1"
				want["token_version"] = strconv.FormatInt(movable.CreatedAt.Unix(), 10)
				want["current"].(map[string]any)["sha256"] = providertest.SecretFingerprint(movable.Secret) //nolint:forcetypeassert // It was created above.
				warning = "Earlier versions of the state contain the secret"
			}

			if diff := cmp.Diff(want, state); diff != "" {
				t.Errorf("the state (-want +got):\n%s", diff)
			}

			if len(response.Diagnostics) != 1 || response.Diagnostics[0].Summary != warning {
				t.Errorf("the diagnostics are %v, want the warning %q", saysOf(response), warning)
			}

			wantHidden(t, response)
		})
	}
}

// TestMove_sources tests other ways in which sources differ.
func TestMove_sources(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		attributes map[string]any
		change     func(*tfprotov6.MoveResourceStateRequest)
		want       map[string]any
	}{
		"another registry":     {change: from("registry.opentofu.org/Mastercard/restapi"), want: map[string]any{"id": "7/42"}},
		"a mirror with a port": {change: from("mirror.example.com:8443/mastercard/restapi"), want: map[string]any{"id": "7/42"}},
		"a later schema":       {change: func(r *tfprotov6.MoveResourceStateRequest) { r.SourceSchemaVersion = 9 }, want: map[string]any{"id": "7/42"}},
		"the older API path":   {attributes: map[string]any{"path": "/api/users/7/personal_access_tokens/"}, want: map[string]any{"user_id": "7"}},
		"an id and a suffix":   {attributes: map[string]any{"path": "/api/users/7-~/personal_access_tokens"}, want: map[string]any{"user_id": "7"}},
		"an id and a login":    {attributes: map[string]any{"path": "/api/users/7-svc/personal_access_tokens"}, want: map[string]any{"user_id": "7"}},
		"below a folder":       {attributes: map[string]any{"path": "/foreman/api/v2/users/7/personal_access_tokens"}, want: map[string]any{"user_id": "7"}},
		"a relative path":      {attributes: map[string]any{"path": "users/7/personal_access_tokens"}, want: map[string]any{"user_id": "7"}},
		"a login in the path":  {attributes: map[string]any{"path": "/api/users/svc%20deploy/personal_access_tokens"}, want: map[string]any{"id": "7/42", "user_id": nil, "username": "svc deploy"}},
		"all paths set":        {attributes: map[string]any{"read_path": "/api/v2/users/7/personal_access_tokens/{id}", "destroy_path": "/api/v2/users/7/personal_access_tokens/42", "create_path": "/api/v2/users/7/personal_access_tokens/"}, want: map[string]any{"id": "7/42"}},
		"another update path":  {attributes: map[string]any{"update_path": "/api/v2/ping"}, want: map[string]any{"id": "7/42"}},
		"a name in data without its key": {
			attributes: map[string]any{"data": `{"name":"bare"}`, "api_response": nil, "create_response": nil, "api_data": nil},
			want:       map[string]any{"name": "bare", "expires_at": nil, "generation": "0", "token_version": nil},
		},
		"a response without an id": {
			attributes: map[string]any{"create_response": `{"name":"other","token_value":"` + movable.Secret.Reveal() + `"}`},
			want:       map[string]any{"name": "deploy pipeline", "token": nil, "generation": "0", "token_version": nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			request := moveRequest(t, with(restStates(t, movable)["3.0"].attributes, test.attributes))
			if test.change != nil {
				test.change(request)
			}

			state := movedTo(t, moveState(t, request))

			for attribute, want := range test.want {
				if diff := cmp.Diff(want, state[attribute]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", attribute, diff)
				}
			}
		})
	}
}

// TestMove_refused tests that a source that may not be a Foreman token is refused, with an error that
// says what was found and does not contain the secret.
func TestMove_refused(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		attributes map[string]any
		change     func(*tfprotov6.MoveResourceStateRequest)
		text       string
	}{
		"another provider":               {change: from("registry.terraform.io/magodo/restful"), text: "provider registry.terraform.io/magodo/restful"},
		"a provider with a similar name": {change: from("registry.terraform.io/notmastercard/restapi"), text: "Mastercard/restapi alone"},
		"another resource":               {change: func(r *tfprotov6.MoveResourceStateRequest) { r.SourceTypeName = "restapi_thing" }, text: "The source is a restapi_thing"},
		"no path":                        {attributes: map[string]any{"path": nil}, text: `Its path is ""`},
		"another path":                   {attributes: map[string]any{"path": "/api/v2/hosts"}, text: `Its path is "/api/v2/hosts"`},
		"a credential in the id":         {attributes: map[string]any{"id": `{"token_value":"` + movable.Secret.Reveal()}, text: `Its id is "{…"`},
		"a credential in the path":       {attributes: map[string]any{"path": "/api/v2/hosts?key=" + movable.Secret.Reveal()}, text: `Its path is "/api/v2/hosts…"`},
		"a token of GitLab":              {attributes: map[string]any{"path": "/api/v4/users/7/personal_access_tokens"}, text: `"/api/v4/users/7/`},
		"a Universal Controller token":   {attributes: map[string]any{"path": "/uc/resources/user/token", "id": "deploy"}, text: `"/uc/resources/user/token"`},
		"a longer path":                  {attributes: map[string]any{"path": "/api/v2/users/7/personal_access_tokens/42/x"}, text: "Its path is"},
		"no id":                          {attributes: map[string]any{"id": nil}, text: "It has no id"},
		"a name as the id":               {attributes: map[string]any{"id": "deploy pipeline"}, text: `Its id is "deploy…"`},
		"an id below 1":                  {attributes: map[string]any{"id": "0"}, text: `Its id is "0"`},
		"another read path":              {attributes: map[string]any{"read_path": "/api/v2/users/8/personal_access_tokens/{id}"}, text: "Its read_path is"},
		"another destroy path":           {attributes: map[string]any{"destroy_path": "/api/v2/ping?k=" + movable.Secret.Reveal()}, text: `Its destroy_path is "/api/v2/ping…"`},
		"another create path":            {attributes: map[string]any{"create_path": "/api/v2/users/8/personal_access_tokens"}, text: "Its create_path is"},
		"a response about another token": {attributes: map[string]any{"id": "43"}, text: "Its parts do not belong together"},
		"a response about another user":  {attributes: map[string]any{"path": "/api/v2/users/8/personal_access_tokens"}, text: "Its parts do not belong together"},
		"a login without a response": {
			attributes: map[string]any{"path": "/api/users/svc/personal_access_tokens", "api_response": nil, "create_response": nil, "api_data": nil},
			text:       `the user "svc", but its state does not contain the id`,
		},
		"no name":        {attributes: map[string]any{"data": nil, "api_response": nil, "create_response": nil, "api_data": nil}, text: "does not have the token's name"},
		"a flat map":     {change: raw(&tfprotov6.RawState{Flatmap: map[string]string{"id": "42"}}), text: "Terraform 0.11"},
		"invalid JSON":   {change: raw(&tfprotov6.RawState{JSON: []byte(`{"token_value":"` + movable.Secret.Reveal())}), text: "cannot be read"},
		"null":           {change: raw(&tfprotov6.RawState{JSON: []byte(`null`)}), text: "cannot be read"},
		"a list":         {change: raw(&tfprotov6.RawState{JSON: []byte(`[]`)}), text: "cannot be read"},
		"an empty state": {change: raw(&tfprotov6.RawState{JSON: []byte(`{}`)}), text: "Its path is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			request := moveRequest(t, with(restStates(t, movable)["3.0"].attributes, test.attributes))
			if test.change != nil {
				test.change(request)
			}

			response := moveState(t, request)

			if len(response.Diagnostics) != 1 || response.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
				t.Fatalf("the diagnostics are %q, want one error", saysOf(response))
			}

			if says := saysOf(response); !strings.Contains(says, test.text) || !strings.Contains(says, "`import` block") {
				t.Errorf("the diagnostics are %q, want an error with %q and what to do", says, test.text)
			}

			wantHidden(t, response)
		})
	}
}

// TestMove_hostileStates tests that no state causes a panic or makes the provider use another token's
// secret.
func TestMove_hostileStates(t *testing.T) {
	t.Parallel()

	nasty := []any{
		nil, true, -1, 1e300, "", "\x00", "null", "[]", "{}", "[[[[", `{"id":null}`, `{"id":"42"}`, `{"id":-42,"name":5}`, `{"id":1e400}`,
		`{"id":42,"user_id":"x"}`, `{"id":42,"created_at":"` + movable.Secret.Reveal() + `"}`, `{"personal_access_token":[1]}`,
		`{"id":43,"user_id":7,"name":"other","token_value":"` + movable.Secret.Reveal() + `"}`,
		strings.Repeat("[", 100_000), strings.Repeat("9", 400), "1e99", "9.9999999e+99", "NaN", "0x2a", "../..", "/api/users//personal_access_tokens",
		"/api/users/%/personal_access_tokens", "/api/users/..%2f4/personal_access_tokens",
		[]any{},
		[]any{1, "x"},
		map[string]any{},
		map[string]any{"id": "1e+99", "token_value": map[string]any{}},
		map[string]any{"id": nil, "active?": "perhaps"},
	}
	whole := restStates(t, movable)["3.0"].attributes

	for _, attribute := range slices.Sorted(maps.Keys(whole)) {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()

			for _, value := range nasty {
				response := moveState(t, moveRequest(t, with(whole, map[string]any{attribute: value})))
				wantHidden(t, response)

				if response.TargetState == nil {
					continue
				}

				if state := movedTo(t, response); state["id"] != "7/42" {
					t.Errorf("with %v the state has the token %v", value, state["id"])
				}
			}
		})
	}
}
