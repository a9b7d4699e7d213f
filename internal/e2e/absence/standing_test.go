package absence

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// standing is a resource whose token was rotated once, and whose predecessor is due.
type standing struct {
	*providertest.Sandbox
	w    *providertest.Workspace
	user providertest.Account
	// attributes are those of the resource, and tokens those that the user has.
	attributes map[string]any
	tokens     []pat.Token
}

// standings are kept for another row when one has found that nothing changed: to set one
// up takes longer than a row.
type standings struct {
	parent *testing.T
	open   func(*testing.T) *providertest.Sandbox

	mu   sync.Mutex
	free []*standing
}

// lend lends a standing, and takes it back if it was not spoilt.
func (k *standings) lend(t *testing.T, use func(*testing.T, *standing)) {
	t.Helper()
	k.mu.Lock()

	var s *standing

	if last := len(k.free) - 1; last >= 0 {
		s, k.free = k.free[last], k.free[:last]
	}

	k.mu.Unlock()

	if s == nil {
		s = stand(k.parent, k.open(k.parent))
	}

	use(t, s)

	if !t.Failed() {
		k.mu.Lock()
		defer k.mu.Unlock()

		k.free = append(k.free, s)
	}
}

// stand issues a token and rotates it.
func stand(t *testing.T, s *providertest.Sandbox) *standing {
	t.Helper()

	standing := &standing{Sandbox: s, w: s.Workspace(t), user: s.AddUser(t, providertest.User{Login: "svc-standing"})}

	for n := range 2 {
		standing.write(t, s.AdminBlock(), n)
		standing.w.Apply(t)
	}

	s.Clock.Move(2 * time.Hour)
	standing.w.ApplyWith(t, []string{"-refresh-only"})

	standing.attributes = recordedAttributes(t, standing.w)
	standing.tokens = s.TokensOf(t, standing.user.ID)

	if previous, _ := standing.attributes["previous"].([]any); len(previous) != 1 {
		t.Fatalf("the predecessors are %v, want one", previous)
	}

	return standing
}

// recordedAttributes returns the attributes of the resource in the state's file.
func recordedAttributes(t *testing.T, w *providertest.Workspace) map[string]any {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(w.Folder, "terraform.tfstate"))
	providertest.Must(t, err)

	var state struct {
		Resources []struct {
			Mode      string `json:"mode"`
			Type      string `json:"type"`
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}

	providertest.Must(t, json.Unmarshal(text, &state))

	for _, r := range state.Resources {
		if r.Mode == "managed" && r.Type == providertest.TokenType && len(r.Instances) == 1 {
			return r.Instances[0].Attributes
		}
	}

	return nil
}

// write writes the configuration with the n-th value of its trigger.
func (s *standing) write(t *testing.T, provider string, n int) {
	t.Helper()
	s.w.Write(t, provider+s.resource(n, ""))
}

// resource returns the configuration of the resource.
func (s *standing) resource(n int, arguments string) string {
	return providertest.Rotating(s.user, "expires_in = \"90d\"\n"+arguments, providertest.Trigger(n)+"\noverlap = \"1h\"")
}

// current returns the live token as state has it.
func (s *standing) current() string {
	current, _ := s.attributes["current"].(map[string]any)
	id, _ := current["id"].(string)

	return id
}

// sources are the data sources that look at the user, by their types.
func (s *standing) sources() map[string]string {
	reference := "token_id"
	if s.System.Traits().ReusableNames {
		reference = "name"
	}

	return map[string]string{
		"personal_access_token":  fmt.Sprintf("user_id = %q\n%s = %q", s.user.ID, reference, s.current()),
		"personal_access_tokens": fmt.Sprintf("user_id = %q", s.user.ID),
		"user":                   fmt.Sprintf("user_id = %q\nshow_tokens = true", s.user.ID),
		"users":                  "show_tokens = true",
		"current_user":           "",
	}
}

// intact fails the test unless state and server are as they were.
func (s *standing) intact(t *testing.T, dead bool) {
	t.Helper()

	if diff := cmp.Diff(s.attributes, recordedAttributes(t, s.w)); diff != "" {
		t.Errorf("the state changed (-before +after):\n%s", diff)
	}

	if dead {
		return
	}

	if diff := cmp.Diff(s.tokens, s.TokensOf(t, s.user.ID), cmpopts.IgnoreFields(pat.Token{}, "LastUsedAt", "Used")); diff != "" {
		t.Errorf("the server's tokens changed (-before +after):\n%s", diff)
	}

	secret, _ := s.attributes["token"].(string)
	s.WantAccepted(t, s.user, secret)
}

// live returns the token in state as it was noted last.
func (s *standing) live() pat.Token {
	current, _ := s.attributes["current"].(map[string]any)
	text, _ := current["created_at"].(string)
	name, _ := current["name"].(string)
	created, _ := time.Parse(time.RFC3339, text)

	return pat.Token{UserID: s.user.ID, ID: s.current(), Name: name, CreatedAt: created}
}

// survivors returns the user's active tokens, none of a user who is gone.
func (s *standing) survivors(t *testing.T) []pat.Token {
	t.Helper()

	if s.Foreman != nil && s.Foreman.UserID(s.user.Login) == 0 || s.Controller != nil && s.Controller.SysID(s.user.Login) == "" {
		return nil
	}

	var active []pat.Token

	for _, token := range s.TokensOf(t, s.user.ID) {
		if token.Status == pat.StatusActive {
			active = append(active, token)
		}
	}

	return active
}
