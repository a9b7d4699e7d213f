package foreman

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// hostileCall is an operation, and which of its requests meets a hostile server.
type hostileCall struct {
	request string
	call    func(ctx context.Context, s *System, user string, token pat.Token) error
	kinds   []string
	// works lets the server do first what it was asked.
	works bool
}

// hostileCalls are all operations.
func hostileCalls() map[string]hostileCall {
	const users, user, tokens, token = `^GET /api/users$`, `^GET /api/users/\d+-~$`, `/personal_access_tokens$`, `/personal_access_tokens/\d+$`

	unread := []string{"protocol", "transient"}

	askUser := func(ref func(id string) pat.UserRef) func(context.Context, *System, string, pat.Token) error {
		return func(ctx context.Context, s *System, id string, _ pat.Token) error {
			_, err := s.User(ctx, ref(id))

			return err
		}
	}
	askUsers := func(query pat.UserQuery) func(context.Context, *System, string, pat.Token) error {
		return func(ctx context.Context, s *System, _ string, _ pat.Token) error {
			_, err := s.Users(ctx, query)

			return err
		}
	}
	askForToken := func(ctx context.Context, s *System, _ string, token pat.Token) error {
		_, err := s.Token(ctx, token.Key())

		return err
	}
	create := func(ctx context.Context, s *System, id string, _ pat.Token) error {
		_, err := s.Create(ctx, id, pat.NewToken{Name: "new"})

		return err
	}
	revoke := func(ctx context.Context, s *System, _ string, token pat.Token) error { return s.Revoke(ctx, token) }

	return map[string]hostileCall{
		"CurrentUser": {`^GET /api/current_user$`, func(ctx context.Context, s *System, _ string, _ pat.Token) error {
			_, err := s.CurrentUser(ctx)

			return err
		}, unread, false},
		"User by id":        {user, askUser(func(id string) pat.UserRef { return pat.UserRef{ID: id} }), unread, false},
		"User by login":     {users, askUser(func(string) pat.UserRef { return pat.UserRef{Username: "alice"} }), unread, false},
		"Users":             {users, askUsers(pat.UserQuery{}), unread, false},
		"Users with tokens": {`^GET ` + `.*` + tokens, askUsers(pat.UserQuery{WithTokens: true}), unread, false},
		"Token":             {`^GET .*` + token, askForToken, unread, false},
		"Token, everywhere": {`^GET `, askForToken, unread, false},
		"Tokens": {`^GET .*` + tokens, func(ctx context.Context, s *System, id string, _ pat.Token) error {
			_, err := s.Tokens(ctx, id, pat.TokenQuery{Name: pat.Some("old")})

			return err
		}, unread, false},
		"SelectTokens": {`^GET .*` + tokens, func(ctx context.Context, s *System, id string, token pat.Token) error {
			_, _, err := s.SelectTokens(ctx, id, pat.Selection{IDs: []string{token.ID}})

			return err
		}, unread, false},
		"Create":          {`^POST .*` + tokens, create, []string{"ambiguous"}, false},
		"Create, done":    {`^POST .*` + tokens, create, []string{"ambiguous"}, true},
		"Revoke":          {`^DELETE .*` + token, revoke, unread, false},
		"Revoke, done":    {`^DELETE .*` + token, revoke, unread, true},
		"Revoke, anyhow":  {`^(DELETE|GET) .*` + token, revoke, unread, false},
		"Revoke, unknown": {`^(DELETE|GET) `, revoke, unread, true},
	}
}

func TestNoHostileAnswerIsTakenForAnother(t *testing.T) {
	t.Parallel()

	answers := hostileserver.Answers()

	// Documents that are Foreman's but for one thing.
	for what, body := range map[string]string{ //nolint:gosec // Nobody has these credentials.
		"a number for a text":          `{"id":5,"login":7,"user_id":5,"name":7,"results":7,"revoked":7,"token_value":7}`,
		"texts for numbers":            `{"id":"5","login":"alice","user_id":"5","name":"old","revoked":"true","token_value":"$"}`,
		"an id beyond all":             `{"id":1e400,"login":"$","user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"a fraction of an id":          `{"id":5.5,"login":"$","user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"an id of 60 KB":               `{"id":` + strings.Repeat("9", 60_000) + `,"login":"$","token_value":"$"}`,
		"a negative id":                `{"id":-5,"login":"alice","user_id":-5,"name":"old","revoked":true,"token_value":"$"}`,
		"no id":                        `{"login":"alice","active?":true,"user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"an id twice":                  `{"id":5,"id":1,"id":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"an id in two spellings":       `{"id":5,"ID":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"an id twice, escaped":         `{"id":5,"\u0069d":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"too many members":             `{"id":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"` + members(20_000) + `}`,
		"a login of 70 KB":             `{"id":5,"login":"` + strings.Repeat("a", 70_000) + `","user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"a list of another's":          `{"total":1,"subtotal":1,"results":[{"id":1,"user_id":6,"name":"old","active?":true}]}`,
		"a list of null":               `{"total":1,"subtotal":1,"results":[null]}`,
		"a list of nobody's":           `{"total":1,"subtotal":1,"results":[{}]}`,
		"a list of too much":           `{"total":1,"subtotal":25000,"results":[` + strings.Repeat(`{"id":1,"user_id":5,"login":"a","name":"a","active?":true},`, 24_999) + `{}]}`,
		"a list that counts less":      `{"total":1,"subtotal":0,"results":[{"id":1,"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list that counts backwards": `{"total":-1,"subtotal":1,"results":[{"id":1,"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list that counts on":        `{"total":9,"subtotal":9,"results":[]}`,
		"a list of no ids":             `{"total":1,"subtotal":1,"results":[{"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list of no names":           `{"total":1,"subtotal":1,"results":[{"id":5,"user_id":5,"active?":true}]}`,
		"a list of no states":          `{"total":1,"subtotal":1,"results":[{"id":5,"user_id":5,"name":"old"}]}`,
		"a list of lists":              `{"total":1,"subtotal":1,"results":[[{"id":1}]]}`,
		"a secret on two lines":        `{"id":5,"user_id":5,"name":"new","token_value":"$\n"}`,
		"a secret that is empty":       `{"id":5,"user_id":5,"name":"new","token_value":""}`,
		"a secret of another's":        `{"id":5,"user_id":6,"name":"new","token_value":"$"}`,
		"a secret of another token":    `{"id":5,"user_id":5,"name":"other","token_value":"$"}`,
	} {
		answer := hostileserver.Document(200, hostileserver.JSON, body)
		answer.Shows = false
		answers[what] = answer
	}

	for what, answer := range answers {
		for name, call := range hostileCalls() {
			reads := strings.HasPrefix(call.request, "^GET ")
			if slices.Contains(harmless[what], name) || (answer.Heavy || answer.Wire) && reads && name != "Tokens" {
				continue
			}

			t.Run(name+": "+what, func(t *testing.T) {
				t.Parallel()

				if answer.Slow {
					synctest.Test(t, func(t *testing.T) { meetHostile(t, answer, call) })
				} else {
					meetHostile(t, answer, call)
				}
			})
		}
	}
}

// A gateway can hold back the answer of a request that was carried out.
func TestNoBlockedAnswerToACreateIsTakenForARefusal(t *testing.T) {
	t.Parallel()

	for what, answer := range hostileserver.Blocks() {
		for name, call := range hostileCalls() {
			if !strings.HasPrefix(call.request, "^POST ") {
				continue
			}

			t.Run(name+": "+what, func(t *testing.T) {
				t.Parallel()
				meetHostile(t, answer, call)
			})
		}
	}
}

// harmless are the answers that an operation may take, and does.
var harmless = map[string][]string{
	// What it does not return may be there all the same.
	"a list that counts on": {"SelectTokens"},
}

// members is JSON of so many members.
func members(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `,"m%d":0`, i)
	}

	return text.String()
}

// meetHostile carries out a call, of which some requests get a hostile answer.
func meetHostile(t *testing.T, answer hostileserver.Answer, call hostileCall) {
	t.Helper()

	honest := foremanserver.New(foremanserver.Options{})
	stage := &stage{Server: honest}
	user := stage.addUser(t, "alice")
	token := stage.addToken(t, "old")

	front := &hostileserver.Front{
		Honest: honest, Hostile: regexp.MustCompile(call.request), Answer: answer, Works: call.works,
		Text: hostileserver.FirstWords, Secret: regexp.MustCompile(foremanserver.SecretPrefix + `[^"]+`),
	}

	server, stop := front.StartInMemory()
	t.Cleanup(stop)

	system := newDriver(t, server.URL, func(o *Options) {
		o.Client.MaxRetries = 1
	})

	var log bytes.Buffer

	err := call.call(tflogtest.RootLogger(t.Context(), &log), system, user, token)

	if front.Met() == 0 {
		t.Fatal("no request was answered")
	}

	revoked := call.works && strings.Contains(call.request, "DELETE")
	if err == nil && revoked && stage.LiveTokens("alice") == 0 {
		return // What was done was seen to be done.
	}

	if !slices.Contains(call.kinds, verdict.Of(err)) {
		t.Fatalf("the error is %q (%.3000v), want one of %v", verdict.Of(err), err, call.kinds)
	}

	for _, complaint := range hostileserver.Complaints(err.Error(), answer, server.URL, strings.HasPrefix(call.request, "^GET ")) {
		t.Errorf("%s: %v", complaint, err)
	}

	if verdict.Remedy(err) == "" {
		t.Errorf("nothing to do in %v", err)
	}

	secret := front.Said()
	if call.works && strings.HasPrefix(secret, foremanserver.SecretPrefix) &&
		(strings.Contains(err.Error(), secret) || strings.Contains(log.String(), secret)) {
		t.Errorf("a secret shows in %v, or in the log", err)
	}

	if want := 1 + strings.Count(call.request, "POST"); call.works && !revoked && stage.LiveTokens("alice") != want {
		t.Errorf("%d tokens live, want %d", stage.LiveTokens("alice"), want)
	}
}

func TestAUserOfAnotherLoginIsShownFitToBeRead(t *testing.T) {
	t.Parallel()

	login := `\u001b[31m` + strings.Repeat("a", 10_000)
	server := newScript(t, map[string]canned{"GET /api/users/5-~": {status: 200, body: `{"id":5,"login":"` + login + `"}`}})

	_, err := newDriver(t, server.url).User(t.Context(), pat.UserRef{ID: "5", Username: "alice"})
	verdict.Want(t, err, "validation", "[31maaa")

	if text := err.Error(); len(text) > 3*2048 || strings.Contains(text, "\x1b") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestNoErrorQuotesWhatHoldsASecret(t *testing.T) {
	t.Parallel()

	const value = "oaSEC-qyMVCJ9cvcz-abyH"

	for _, status := range []int{400, 404, 422, 500} {
		for _, body := range []string{
			`{"error":{"message":"could not be shown: {\"token_value\":\"` + value + `\"}"}}`,
			`{"error":{"full_messages":["` + value + `"],"errors":{"token_value":["` + value + `"]}}}`,
			`{"token_value":"` + value + `"}`,
		} {
			server := newScript(t, map[string]canned{
				"GET /api/current_user":                      {status: 200, body: userJSON(4, "admin", true)},
				"POST /api/users/5-~/personal_access_tokens": {status: status, body: body},
			})

			_, err := newDriver(t, server.url).Create(t.Context(), "5", pat.NewToken{Name: "ci"})
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), value) {
				t.Errorf("%d %s: %v", status, body, err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok && strings.Contains(fmt.Sprint(invalid.Fields), value) {
				t.Errorf("%d: %v", status, invalid.Fields)
			}
		}
	}
}
