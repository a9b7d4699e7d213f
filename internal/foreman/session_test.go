package foreman

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// lastAuth returns how the last request was authenticated.
func (s *stage) lastAuth() sandbox.AuthMethod {
	requests := s.Requests()

	return requests[len(requests)-1].Auth
}

// A session outlives the password or token that it began with, and proves nothing about them.
func TestASessionOutlivesItsCredentials(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	id, secret, err := stage.AddToken(foremanserver.AdminLogin, "terraform", time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	driver := stage.admin(t, func(o *Options) { o.Password = pat.Secret(secret) })
	read := func() error {
		_, err := driver.Tokens(t.Context(), user, pat.TokenQuery{})

		return err
	}

	if err := read(); err != nil {
		t.Fatal(err)
	}

	stage.RevokeToken(foremanserver.AdminLogin, id)

	if err := read(); err != nil || stage.lastAuth() != sandbox.AuthSession {
		t.Errorf("%v, by %v; want the session to stay valid", err, stage.lastAuth())
	}

	// Without the session the token is refused once, and no request is sent after that.
	stage.ExpireSessions()
	stage.ResetRequests()

	for range 3 {
		verdict.Want(t, read(), "authentication", "Unable to authenticate")
	}

	if sent := stage.Count(nil); sent != 2 {
		t.Errorf("%d requests, want one with the expired session and one with the token", sent)
	}
}

// Foreman refuses an expired session before it processes any request, so a requested token was not
// issued.
func TestARequestWithAnExpiredSessionIsSentAgain(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	driver := stage.admin(t)

	if _, err := driver.Tokens(t.Context(), user, pat.TokenQuery{}); err != nil {
		t.Fatal(err)
	}

	stage.ExpireSessions()

	issued, err := driver.Create(t.Context(), user, pat.NewToken{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}

	stage.ExpireSessions()

	if err := driver.Revoke(t.Context(), issued.Token); err != nil {
		t.Fatal(err)
	}

	if tokens := stage.Tokens("alice"); len(tokens) != 1 || !tokens[0].Revoked {
		t.Errorf("%+v; want one token, revoked", tokens)
	}
}

// Foreman records the last use of a token only at a login. A token whose consumer uses a session
// seems unused, so a hold must be longer than a session.
func TestRequestsWithASessionDoNotCountAsUseOfTheToken(t *testing.T) {
	t.Parallel()

	now := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	stage := newStage(t, foremanserver.Options{Console: sandbox.Options{Now: func() time.Time { return now }}})

	_, secret, err := stage.AddToken(foremanserver.AdminLogin, "terraform", time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	driver := stage.admin(t, func(o *Options) { o.Password = pat.Secret(secret) })
	lastUse := func() time.Time {
		if _, err := driver.CurrentUser(t.Context()); err != nil {
			t.Fatal(err)
		}

		tokens := stage.Tokens(foremanserver.AdminLogin)

		return tokens[len(tokens)-1].LastUsedAt
	}

	first := lastUse()
	if !first.Equal(now) {
		t.Fatalf("last used at %s, want the time of the login, %s", first, now)
	}

	now = now.Add(10 * time.Minute)

	if got := lastUse(); !got.Equal(first) {
		t.Errorf("last used at %s, still want %s", got, first)
	}
}

// An account whose address is locked out can continue with its session, and does not try to log in.
func TestASessionIsNotLockedOut(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{FailedLoginLimit: 1})
	user := stage.addUser(t, "alice")
	driver := stage.admin(t)

	if _, err := driver.Tokens(t.Context(), user, pat.TokenQuery{}); err != nil {
		t.Fatal(err)
	}

	verdict.Want(t, func() error {
		_, err := stage.as(t, "alice", func(o *Options) { o.Password = "wrong" }).CurrentUser(t.Context())

		return err
	}(), "authentication")

	if _, err := driver.Tokens(t.Context(), user, pat.TokenQuery{}); err != nil || stage.lastAuth() != sandbox.AuthSession {
		t.Errorf("%v, by %v; want the session to stay valid", err, stage.lastAuth())
	}

	_, err := stage.as(t, "alice").CurrentUser(t.Context())
	verdict.Want(t, err, "authentication", "Too many tries")
}

// The driver keeps only Foreman's own cookie, and only if its value is not empty.
func TestTheSessionIsTheOnlyCookie(t *testing.T) {
	t.Parallel()

	var sent [][]string

	responses := []string{sessionCookie + "=first; Path=/; HttpOnly", "tracking=1", sessionCookie + "=; Max-Age=0", sessionCookie + "=second", ""}

	s := newHandlerScript(t, func(r *http.Request) canned {
		var names []string
		for _, cookie := range r.Cookies() {
			names = append(names, cookie.Name+"="+cookie.Value)
		}

		sent = append(sent, names)

		header := map[string]string{"Set-Cookie": responses[len(sent)-1]}

		return canned{status: http.StatusOK, header: header, body: `{"total":1,"subtotal":1,"results":[` + tokenJSON(1, "first") + `]}`}
	})

	driver := newDriver(t, s.url)
	for range responses {
		if _, err := driver.Tokens(t.Context(), "5", pat.TokenQuery{}); err != nil {
			t.Fatal(err)
		}
	}

	for i, want := range [][]string{
		nil, {sessionCookie + "=first"}, {sessionCookie + "=first"}, {sessionCookie + "=first"}, {sessionCookie + "=second"},
	} {
		if !slices.Equal(sent[i], want) {
			t.Errorf("request %d carried %q, want %q", i+1, sent[i], want)
		}
	}
}

// A redirect to another host is refused, and that host gets neither session nor credentials.
func TestTheSessionStaysWithItsServer(t *testing.T) {
	t.Parallel()

	other := newHandlerScript(t, func(r *http.Request) canned {
		t.Errorf("the other host got %v", r.Header)

		return canned{status: http.StatusOK, body: `{}`}
	})

	away := ""
	s := newHandlerScript(t, func(*http.Request) canned {
		if away != "" {
			return canned{status: http.StatusTemporaryRedirect, header: map[string]string{"Location": away}}
		}

		return canned{
			status: http.StatusOK, header: map[string]string{"Set-Cookie": sessionCookie + "=first"},
			body: `{"total":1,"subtotal":1,"results":[` + tokenJSON(1, "first") + `]}`,
		}
	})

	driver := newDriver(t, s.url)
	if _, err := driver.Tokens(t.Context(), "5", pat.TokenQuery{}); err != nil {
		t.Fatal(err)
	}

	away = other.url

	if _, err := driver.Tokens(t.Context(), "5", pat.TokenQuery{}); err == nil {
		t.Error("no error; want the redirect to be refused")
	}
}
