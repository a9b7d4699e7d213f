package foreman

import (
	"net/http"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestAVersionThatIsTooOldIsRefusedBeforeACreate(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		version string
		refused bool
	}{
		"3.1":                          {version: "3.1.0", refused: true},
		"2.5":                          {version: "2.5.4", refused: true},
		"a 3.1 development version":    {version: "3.1.9-develop", refused: true},
		"3.2":                          {version: "3.2.0"},
		"3.2, without a patch version": {version: "3.2"},
		"a release candidate":          {version: "3.2.0-rc1"},
		"3.13":                         {version: "3.13.0-develop"},
		"of Satellite":                 {version: "3.9.1.6"},
		"5.0":                          {version: "5.0.0"},
		"no version at all":            {version: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{Version: test.version})
			user := stage.addUser(t, "alice")

			_, err := stage.admin(t).Create(t.Context(), user, pat.NewToken{Name: "ci"})
			if !test.refused {
				verdict.Want(t, err, "none")

				return
			}

			verdict.Want(t, err, "protocol", "the server is Foreman "+test.version, "3.2 (Satellite 6.12)")

			if stage.Count(sandbox.Matching(http.MethodPost, "")) != 0 || stage.LiveTokens("") != 0 {
				t.Error("a token was requested")
			}
		})
	}
}

func TestErrorsOfAnOldServerNameItsVersion(t *testing.T) {
	t.Parallel()

	response := canned{
		status: http.StatusBadRequest, header: map[string]string{"Foreman_version": "3.1.0"},
		body: `{"error":{"message":"the field 'id' in the order statement is not valid field for search"}}`,
	}
	server := newHandlerScript(t, func(*http.Request) canned { return response })

	_, err := newDriver(t, server.url).Tokens(t.Context(), "5", pat.TokenQuery{})
	verdict.Want(t, err, "protocol", "Foreman 3.1.0")
}

func TestAServerWithoutAVersionIsAccepted(t *testing.T) {
	t.Parallel()

	server := newScript(t, map[string]canned{
		"GET /api/users/5-~/personal_access_tokens": {status: http.StatusOK, body: listJSON(1, tokenJSON(1, "ci"))},
	})

	tokens, err := newDriver(t, server.url).Tokens(t.Context(), "5", pat.TokenQuery{})
	if err != nil || len(tokens) != 1 {
		t.Errorf("%v, %v", tokens, err)
	}
}
