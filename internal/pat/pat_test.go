package pat

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSecret_doesNotPrint(t *testing.T) {
	t.Parallel()

	const text = "do-not-print"

	issued := Issued{Token: Token{Name: "ci"}, Secret: text}

	encoded, err := json.Marshal(issued) //nolint:gosec,musttag // The test is that the secret is not printed.
	if err != nil {
		t.Fatal(err)
	}

	var log strings.Builder

	slog.New(slog.NewTextHandler(&log, nil)).Info("issued", "secret", issued.Secret, "issued", issued)

	for way, printed := range map[string]string{
		"%v": fmt.Sprintf("%v", issued), "%+v": fmt.Sprintf("%+v", issued), "%#v": fmt.Sprintf("%#v", issued),
		"%s": issued.Secret.String(), "%q": fmt.Sprintf("%q", issued.Secret), "JSON": string(encoded), "slog": log.String(),
		"pointer": fmt.Sprintf("%+v", &issued),
	} {
		if strings.Contains(printed, text) {
			t.Errorf("%s prints the secret: %s", way, printed)
		}
	}

	if issued.Secret.Reveal() != text {
		t.Error("Reveal does not return the secret")
	}
}

func TestToken_SameAs(t *testing.T) {
	t.Parallel()

	created := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	token := Token{UserID: "5", ID: "1", Name: "ci", CreatedAt: created}

	for name, test := range map[string]struct {
		change func(*Token)
		want   bool
	}{
		"itself":                    {func(*Token) {}, true},
		"in another zone":           {func(o *Token) { o.CreatedAt = created.In(time.FixedZone("", 7200)) }, true},
		"used, expired and revoked": {func(o *Token) { o.LastUsedAt, o.ExpiresAt, o.Status = created, created, StatusRevoked }, true},
		"of an unknown creation":    {func(o *Token) { o.CreatedAt = time.Time{} }, true},
		"created at another time":   {func(o *Token) { o.CreatedAt = created.Add(time.Second) }, false},
		"of another name":           {func(o *Token) { o.Name = "CI" }, false},
		"of another id":             {func(o *Token) { o.ID = "2" }, false},
		"of another user":           {func(o *Token) { o.UserID = "6" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			other := token
			test.change(&other)

			if token.SameAs(other) != test.want || other.SameAs(token) != test.want {
				t.Errorf("want %t in both directions", test.want)
			}
		})
	}
}

func TestFailure_Error(t *testing.T) {
	t.Parallel()

	cause := errors.New("connection refused")

	for name, test := range map[string]struct {
		failure Failure
		want    string
	}{
		"everything":                           {Failure{Tried: "GET /x", Said: "HTTP 403: Access denied", Remedy: "Ask."}, "GET /x: HTTP 403: Access denied. Ask."},
		"no remedy":                            {Failure{Tried: "GET /x", Said: "HTTP 500"}, "GET /x: HTTP 500"},
		"only a cause":                         {Failure{Tried: "GET /x", Err: cause}, "GET /x: connection refused"},
		"no second full stop":                  {Failure{Tried: "GET /x", Said: "Denied.", Remedy: "Ask."}, "GET /x: Denied. Ask."},
		"Said takes precedence over the cause": {Failure{Tried: "GET /x", Said: "no answer", Err: cause}, "GET /x: no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := &TransientError{Failure: test.failure}
			if err.Error() != test.want {
				t.Errorf("got %q, want %q", err.Error(), test.want)
			}

			if test.failure.Err != nil && !errors.Is(err, cause) {
				t.Error("errors.Is does not find the cause")
			}
		})
	}
}

// Every field of a query that is set restricts it, even to an empty value.
func TestTokenQuery_Selects(t *testing.T) {
	t.Parallel()

	token := Token{ID: "7", Name: "ci-7"}

	for name, test := range map[string]struct {
		query TokenQuery
		want  bool
	}{
		"nothing":                {TokenQuery{}, true},
		"the name":               {TokenQuery{Name: Some("ci-7")}, true},
		"another name":           {TokenQuery{Name: Some("ci-8")}, false},
		"an empty name":          {TokenQuery{Name: Some("")}, false},
		"the prefix":             {TokenQuery{NamePrefix: Some("ci-")}, true},
		"another prefix":         {TokenQuery{NamePrefix: Some("CI-")}, false},
		"a part and an older id": {TokenQuery{NameContains: "i-", AfterID: "6"}, true},
		"a newer id":             {TokenQuery{AfterID: "10"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := test.query.Selects(token); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestOption(t *testing.T) {
	t.Parallel()

	if got := (Option[int]{}).Or(4); got != 4 {
		t.Errorf("a value that is not set is %d, want 4", got)
	}

	if got := Some(0).Or(4); got != 0 {
		t.Errorf("a zero that is set is %d", got)
	}
}

// A time that a server sent never looks as if it sent none.
func TestServerTime(t *testing.T) {
	t.Parallel()

	for _, sent := range []time.Time{{}, time.Time{}.In(time.FixedZone("", 7200)), time.Unix(0, 0)} {
		if got := ServerTime(sent); got.IsZero() || got.Sub(sent) > time.Second {
			t.Errorf("%s is %s", sent, got)
		}
	}
}

func TestUserRef_String(t *testing.T) {
	t.Parallel()

	for want, ref := range map[string]UserRef{
		"user with id 5": {ID: "5"}, "user svc": {Username: "svc"}, "user svc with id 5": {ID: "5", Username: "svc"},
	} {
		if ref.String() != want {
			t.Errorf("got %q, want %q", ref, want)
		}
	}
}
