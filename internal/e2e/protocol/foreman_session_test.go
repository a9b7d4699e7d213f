package protocol

import (
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestForeman_session(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		setting any
		ridden  bool
	}{
		"by default": {ridden: true},
		"turned on":  {setting: true, ridden: true},
		"turned off": {setting: false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, server := providertest.NewForemanServer(t, foremanserver.Options{})
			user := s.AddUser(t, providertest.User{Login: "svc-session"})
			ridden := func(r sandbox.Request) bool { return r.Auth == sandbox.AuthSession }
			provider := s.Serve(t, map[string]any{"foreman": map[string]any{
				"url": s.URL, "username": s.Login, "password": s.Password, "session": test.setting,
			}})

			providertest.NewTokenState(t).Apply(t, provider, map[string]any{"user_id": user.ID, "name_prefix": "ci-", "expires_in": "90d"})

			if got := server.Count(ridden) > 0; got != test.ridden {
				t.Errorf("requests on a session: %t, want %t", got, test.ridden)
			}
		})
	}
}
