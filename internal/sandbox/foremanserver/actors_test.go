package foremanserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestCreateTakesEffectEvenIfItsResponseIsLost(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	server.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, Kind: sandbox.FaultAnswer, Status: 502, AfterWork: true})
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusBadGateway, "")
	if n := server.LiveTokens("alice"); n != 1 {
		t.Errorf("%d active tokens, want 1", n)
	}
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusUnprocessableEntity, "taken")
}

func TestAnotherActorActsBeforeTheRequest(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	id, _, err := server.AddToken("alice", "n", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	server.Before(sandbox.Match{Path: regexp.MustCompile("/personal_access_tokens/1$")}, func(*http.Request) {
		server.RevokeToken("alice", id)
	})
	ask(t, server, admin(tokensOfAlice+"/1")).want(t, http.StatusOK, `"revoked?":true`)
}

func TestControlPathListsActiveTokensWithoutSecrets(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newServer(t, foremanserver.Options{PathPrefix: "/foreman", Console: clock.options()}, alice, foremanserver.User{Login: "bob"})
	var secrets []string
	for _, add := range []struct {
		login, name string
		expires     time.Time
	}{{"bob", "b", time.Time{}}, {"alice", "a", time.Time{}}, {"alice", "old", clock.now()}, {"alice", "gone", time.Time{}}} {
		_, secret, err := server.AddToken(add.login, add.name, add.expires)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, secret)
	}
	server.RevokeToken("alice", 4)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_sandbox/tokens", nil)
	request.RemoteAddr = "127.0.0.1:1"
	got := httptest.NewRecorder()
	server.ServeHTTP(got, request)
	var have []map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &have); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"id": 2.0, "name": "a", "user": "alice", "status": "active"},
		{"id": 3.0, "name": "old", "user": "alice", "status": "expired"},
		{"id": 1.0, "name": "b", "user": "bob", "status": "active"},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("tokens (-want +have):\n%s", diff)
	}
	for _, secret := range append(secrets, foremanserver.SecretPrefix, foremanserver.HashPrefix) {
		if strings.Contains(got.Body.String(), secret) {
			t.Error("the list contains a secret")
		}
	}
	if status := server.Tokens("alice")[2].Status(); status != "revoked" {
		t.Errorf("status %s, want revoked", status)
	}
}
