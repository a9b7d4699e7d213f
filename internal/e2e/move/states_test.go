package move

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	restObjectType = "restapi_object"
	restSource     = "registry.terraform.io/mastercard/restapi"
)

// restState is the state of a restapi_object, as one version of its provider writes it.
type restState struct {
	attributes map[string]any
	// secret says whether the state contains the token's secret.
	secret bool
}

// restStates returns the states of a token in versions 1.0, 1.20, 2.0 and 3.0 of the provider, before
// and after a refresh, and after an import.
func restStates(t *testing.T, token pat.Issued) map[string]restState {
	t.Helper()

	created, read := foremanAnswer(t, token, true), foremanAnswer(t, token, false)
	asked := fmt.Sprintf(`{"personal_access_token":{"name":%q}}`, token.Name)

	first := map[string]any{
		"id": token.ID, "path": "/api/v2/users/" + token.UserID + "/personal_access_tokens", "data": asked, "debug": nil,
		"api_data": printedData(t, read),
	}
	second := with(first, map[string]any{
		"create_path": nil, "read_path": nil, "update_path": nil, "destroy_path": nil, "create_method": nil, "read_method": nil,
		"update_method": nil, "destroy_method": nil, "id_attribute": nil, "object_id": nil, "force_new": nil, "query_string": nil,
		"read_search": nil, "destroy_data": nil, "update_data": nil, "api_response": read, "create_response": created,
	})
	third := with(second, map[string]any{
		"read_data": nil, "ignore_changes_to": nil, "ignore_all_server_changes": false,
	})
	fourth := with(third, map[string]any{"ignore_server_additions": nil, "ignore_all_server_changes": nil, "data": read})

	return map[string]restState{
		"1.0":                          {first, false},
		"1.20":                         {second, true},
		"2.0":                          {third, true},
		"2.0 after an import":          {with(third, map[string]any{"create_response": nil}), false},
		"3.0":                          {fourth, true},
		"3.0 before a refresh":         {with(fourth, map[string]any{"data": asked, "api_response": created, "api_data": printedData(t, created)}), true},
		"3.0 without its additions":    {with(fourth, map[string]any{"data": asked, "ignore_server_additions": true}), true},
		"3.0 by a search":              {with(fourth, map[string]any{"read_search": map[string]any{"search_key": "name", "search_value": token.Name}}), true},
		"3.0 after an import":          {with(fourth, map[string]any{"create_response": nil, "object_id": token.ID, "debug": true}), false},
		"3.0 with an invalid response": {with(fourth, map[string]any{"create_response": "<html>"}), false},
	}
}

// with returns a copy of attributes with some of them replaced.
func with(attributes, replaced map[string]any) map[string]any {
	all := maps.Clone(attributes)
	maps.Copy(all, replaced)

	return all
}

// foremanAnswer returns Foreman's response to creating the token or, without the secret, to reading it.
func foremanAnswer(t *testing.T, token pat.Issued, created bool) string {
	t.Helper()

	at := func(instant time.Time) any {
		if instant.IsZero() {
			return nil
		}

		return instant.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	answer := map[string]any{
		"id": json.Number(token.ID), "user_id": json.Number(token.UserID), "name": token.Name, "active?": true, "revoked?": false,
		"created_at": at(token.CreatedAt), "updated_at": at(token.CreatedAt), "expires_at": at(token.ExpiresAt), "last_used_at": nil,
	}

	if created {
		answer["token_value"] = token.Secret.Reveal()
	}

	text, err := json.Marshal(answer)
	providertest.Must(t, err)

	return string(text)
}

// printedData returns the `api_data` of a response: all values as Go prints them.
func printedData(t *testing.T, answer string) map[string]any {
	t.Helper()

	var values map[string]any

	providertest.Must(t, json.Unmarshal([]byte(answer), &values))

	for key, value := range values {
		values[key] = fmt.Sprintf("%v", value)
	}

	return values
}
