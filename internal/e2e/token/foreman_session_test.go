package token

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestAccForeman_session(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		setting string
		ridden  bool
	}{
		"by default":  {ridden: true},
		"turned on":   {setting: "session = true", ridden: true},
		"turned off":  {setting: "session = false"},
		"set to null": {setting: "session = null", ridden: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, server := providertest.NewForemanServer(t, foremanserver.Options{})
			user := s.AddUser(t, providertest.User{Login: "svc-session"})
			ridden := func(r sandbox.Request) bool { return r.Auth == sandbox.AuthSession }

			s.Run(t, resource.TestStep{
				Config: s.AdminBlock(test.setting) + providertest.TokenConfig(`user_id = "`+user.ID+`"`+"\nname_prefix = \"ci-\"\nexpires_in = \"90d\""),
			})

			if got := server.Count(ridden) > 0; got != test.ridden {
				t.Errorf("requests on a session: %t, want %t", got, test.ridden)
			}
		})
	}
}
