package provider

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
)

// standing is a resource whose token was rotated once, and whose predecessor is due.
type standing struct {
	*sandboxed
	w    *workspace
	user account
	// attributes are those of the resource, and tokens those that the user has.
	attributes map[string]any
	tokens     []pat.Token
}

// standings are kept for another row when one has found that nothing changed: to set one
// up takes longer than a row.
type standings struct {
	parent *testing.T
	open   func(*testing.T) *sandboxed

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
func stand(t *testing.T, s *sandboxed) *standing {
	t.Helper()

	standing := &standing{sandboxed: s, w: s.workspace(t), user: s.addUser(t, testUser{login: "svc-standing"})}

	for n := range 2 {
		standing.write(t, s.provider(), n)
		standing.w.apply(t)
	}

	s.clock.move(2 * time.Hour)
	standing.w.applyWith(t, []string{"-refresh-only"})

	standing.attributes = recordedAttributes(t, standing.w)
	standing.tokens = s.tokensOf(t, standing.user.id)

	if previous, _ := standing.attributes["previous"].([]any); len(previous) != 1 {
		t.Fatalf("the predecessors are %v, want one", previous)
	}

	return standing
}

// recordedAttributes returns the attributes of the resource in the state's file.
func recordedAttributes(t *testing.T, w *workspace) map[string]any {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(w.folder, "terraform.tfstate"))
	must(t, err)

	var state struct {
		Resources []struct {
			Mode      string `json:"mode"`
			Type      string `json:"type"`
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}

	must(t, json.Unmarshal(text, &state))

	for _, r := range state.Resources {
		if r.Mode == "managed" && r.Type == tokenType && len(r.Instances) == 1 {
			return r.Instances[0].Attributes
		}
	}

	return nil
}

// write writes the configuration with the n-th value of its trigger.
func (s *standing) write(t *testing.T, provider string, n int) {
	t.Helper()
	s.w.write(t, provider+s.resource(n, ""))
}

// resource returns the configuration of the resource.
func (s *standing) resource(n int, arguments string) string {
	return rotating(s.user, "expires_in = \"90d\"\n"+arguments, trigger(n)+"\noverlap = \"1h\"")
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
	if s.system.Traits().ReusableNames {
		reference = "name"
	}

	return map[string]string{
		"personal_access_token":  fmt.Sprintf("user_id = %q\n%s = %q", s.user.id, reference, s.current()),
		"personal_access_tokens": fmt.Sprintf("user_id = %q", s.user.id),
		"user":                   fmt.Sprintf("user_id = %q\nshow_tokens = true", s.user.id),
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

	if diff := cmp.Diff(s.tokens, s.tokensOf(t, s.user.id), cmpopts.IgnoreFields(pat.Token{}, "LastUsedAt", "Used")); diff != "" {
		t.Errorf("the server's tokens changed (-before +after):\n%s", diff)
	}

	secret, _ := s.attributes["token"].(string)
	s.works(t, s.user, secret)
}

// live returns the token in state as it was noted last.
func (s *standing) live() pat.Token {
	current, _ := s.attributes["current"].(map[string]any)
	text, _ := current["created_at"].(string)
	name, _ := current["name"].(string)
	created, _ := time.Parse(time.RFC3339, text)

	return pat.Token{UserID: s.user.id, ID: s.current(), Name: name, CreatedAt: created}
}

// survivors returns the user's active tokens, none of a user who is gone.
func (s *standing) survivors(t *testing.T) []pat.Token {
	t.Helper()

	if s.foreman != nil && s.foreman.UserID(s.user.login) == 0 || s.controller != nil && s.controller.SysID(s.user.login) == "" {
		return nil
	}

	var active []pat.Token

	for _, token := range s.tokensOf(t, s.user.id) {
		if token.Status == pat.StatusActive {
			active = append(active, token)
		}
	}

	return active
}
