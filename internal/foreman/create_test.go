package foreman

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestCreateReturnsTheTokenAndItsSecret(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	expires := time.Now().Add(time.Hour).Truncate(time.Second)

	issued, err := stage.admin(t).Create(t.Context(), id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expires)})
	if err != nil {
		t.Fatal(err)
	}

	if !stage.Authenticates("alice", issued.Secret.Reveal()) {
		t.Error("the secret does not authenticate")
	}

	if issued.UserID != id || issued.Name != "ci" || issued.Status != pat.StatusActive || !issued.ExpiresAt.Equal(expires) {
		t.Errorf("%+v", issued.Token)
	}
}

func TestCreateSendsTheExpiryAsForemanReadsItBest(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		expires pat.Option[time.Time]
		body    string
	}{
		"never": {body: `{"personal_access_token":{"name":"ci"}}`},
		"year 1, which is a time like any other": {
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
	verdict.Want(t, err, "validation", "Name has already been taken", "never frees a name", "name_prefix")

	_, err = admin.Create(t.Context(), id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(time.Now().Add(-time.Hour))})
	verdict.Want(t, err, "validation", "Expires at cannot be in the past")

	if strings.Contains(err.Error(), "never frees a name") {
		t.Errorf("a past expiry is explained by the name: %v", err)
	}

	_, err = admin.Create(t.Context(), "999", pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "not found", "Couldn't find User", "check user_id")

	_, err = stage.admin(t, within(999, 0)).Create(t.Context(), id, pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "validation", "Organization with id 999-~ not found", "organization_id")

	_, err = stage.as(t, "none").Create(t.Context(), id, pat.NewToken{Name: "ci"})
	verdict.Want(t, err, "permission", "create_personal_access_tokens")

	if got := stage.LiveTokens(""); got != 0 {
		t.Errorf("%d tokens live", got)
	}
}

func TestCreateSaysWhenATokenMayExist(t *testing.T) {
	t.Parallel()

	for name, fault := range map[string]sandbox.Fault{
		"the connection breaks after the work": {Kind: sandbox.FaultDrop, AfterWork: true},
		"half the answer comes":                {Kind: sandbox.FaultTruncate},
		"a gateway refuses the answer":         {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusForbidden, ContentType: "text/html", Body: "<html>Response blocked</html>"},
		"a gateway takes offence at a header":  {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusBadRequest, ContentType: "text/html", Body: "<html>Bad request</html>"},
		"a gateway says that it is not there":  {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusNotFound, ContentType: "text/plain", Body: "404 page not found"},
		"a gateway says so in JSON":            {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusForbidden, ContentType: asJSON, Body: `{"message":"Forbidden"}`},
		"a gateway has a status and an error":  {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusForbidden, ContentType: asJSON, Body: `{"timestamp":"now","status":403,"error":"Forbidden"}`},
		"a gateway says nothing":               {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusRequestEntityTooLarge, ContentType: asJSON, Body: " "},
		"a proxy gives up":                     {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusGatewayTimeout, ContentType: "text/html"},
		"the server fails":                     {Kind: sandbox.FaultAnswer, AfterWork: true, Status: http.StatusInternalServerError, ContentType: asJSON},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			id := stage.addUser(t, "alice")
			fault.Method = http.MethodPost
			stage.AddFault(fault)

			_, err := stage.admin(t, func(o *Options) { o.Client.MaxRetries = 3 }).Create(t.Context(), id, pat.NewToken{Name: "ci"})
			verdict.Want(t, err, "ambiguous", "POST ", "/api/users/"+id+"-~/personal_access_tokens")

			if strings.Contains(err.Error(), foremanserver.SecretPrefix) {
				t.Error("the error holds the secret")
			}

			if got := stage.LiveTokens("alice"); got != 1 {
				t.Errorf("%d tokens live, want one", got)
			}

			if got := stage.Count(sandbox.Matching(http.MethodPost, "")); got != 1 {
				t.Errorf("the request was sent %d times", got)
			}
		})
	}
}

func TestCreateShowsNothingOfAnAnswerThatItCannotRead(t *testing.T) {
	t.Parallel()

	const value = "oaSEC-qyMVCJ9cvcz-abyH"

	for name, answer := range map[string]canned{
		"no token_value":    {body: `{"value":"` + value + `","id":1}`},
		"no id":             {body: `{"token_value":"` + value + `"}`},
		"another type":      {body: `{"token_value":["` + value + `"],"id":1}`},
		"a time in no form": {body: `{"token_value":"` + value + `","id":1,"created_at":"` + value + `"}`},
		"cut short":         {body: `{"token_value":"` + value + `","id":`},
		"a page":            {body: `<html>` + value + `</html>`, contentType: "text/html"},
		"text":              {body: value, contentType: "text/plain"},
		"nothing":           {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			answer.status = http.StatusCreated
			server := newScript(t, map[string]canned{
				"GET /api/current_user":                      {status: http.StatusOK, body: userJSON(4, "admin", true)},
				"POST /api/users/5-~/personal_access_tokens": answer,
			})

			_, err := newDriver(t, server.url).Create(t.Context(), "5", pat.NewToken{Name: "ci"})
			verdict.Want(t, err, "ambiguous", "HTTP 201")

			if strings.Contains(err.Error(), value) || strings.Contains(err.Error(), "oaSEC") {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
}
