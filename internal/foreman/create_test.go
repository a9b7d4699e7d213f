package foreman

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestCreateSendsTheExpiryInUTCAndWholeSeconds(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		expires pat.Option[time.Time]
		body    string
	}{
		"never": {body: `{"personal_access_token":{"name":"ci"}}`},
		"year 1, which is a valid time": {
			expires: pat.Some(time.Time{}),
			body:    `{"personal_access_token":{"expires_at":"0001-01-01T00:00:00Z","name":"ci"}}`,
		},
		"in another zone, with a fraction": {
			expires: pat.Some(time.Date(2031, 5, 6, 9, 8, 9, 5e8, time.FixedZone("", 7200))),
			body:    `{"personal_access_token":{"expires_at":"2031-05-06T07:08:09Z","name":"ci"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newScript(t, map[string]canned{
				"GET /api/current_user": {status: http.StatusOK, body: userJSON(4, "admin", true)},
				"POST /api/users/5-~/personal_access_tokens": {
					status: http.StatusCreated, body: `{"token_value":"v",` + tokenJSON(1, "ci")[1:],
				},
			})

			if _, err := newDriver(t, server.url).Create(t.Context(), "5", pat.NewToken{Name: "ci", ExpiresAt: test.expires}); err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(test.body, server.bodies[len(server.bodies)-1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCreateExplainsARefusal(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	stage.addUser(t, "none")
	stage.addRevoked(t, "burnt-", 1)

	admin := stage.admin(t)

	_, err := admin.Create(t.Context(), id, pat.NewToken{Name: "burnt-1"})
	verdict.Want(t, err, "validation", "Name has already been taken", "does not allow a token name to be reused", "name_prefix")

	_, err = admin.Create(t.Context(), id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(time.Now().Add(-time.Hour))})
	verdict.Want(t, err, "validation", "Expires at cannot be in the past")

	if strings.Contains(err.Error(), "does not allow a token name to be reused") {
		t.Errorf("the error about a past expiry blames the name: %v", err)
	}

	_, err = admin.Create(t.Context(), "999", pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "not found", "Couldn't find User", "check user_id")

	_, err = stage.admin(t, within(999, 0)).Create(t.Context(), id, pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "validation", "Organization with id 999-~ not found", "organization_id")

	_, err = stage.as(t, "none").Create(t.Context(), id, pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "permission", "create_personal_access_tokens")

	if got := stage.LiveTokens(""); got != 0 {
		t.Errorf("%d tokens are active", got)
	}
}
