package universalcontroller

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
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// hostileCall is an operation, and which of its requests meets a hostile server.
type hostileCall struct {
	request string
	call    func(ctx context.Context, s *System, token pat.Token) (pat.Secret, error)
	kinds   []string
	// works lets the server do first what it was asked.
	works bool
}

// hostileCalls are all operations.
func hostileCalls() map[string]hostileCall {
	const user, users, list, token = `user$`, `user/list$`, `user/token/list$`, `user/token$`

	unread := []string{"protocol", "transient"}

	asks := func(ask func(ctx context.Context, s *System, token pat.Token) error) func(context.Context, *System, pat.Token) (pat.Secret, error) {
		return func(ctx context.Context, s *System, token pat.Token) (pat.Secret, error) {
			return "", ask(ctx, s, token)
		}
	}
	askUser := func(ref func(pat.Token) pat.UserRef) func(context.Context, *System, pat.Token) (pat.Secret, error) {
		return asks(func(ctx context.Context, s *System, token pat.Token) error {
			_, err := s.User(ctx, ref(token))

			return err
		})
	}
	askUsers := func(query func(pat.Token) pat.UserQuery) func(context.Context, *System, pat.Token) (pat.Secret, error) {
		return asks(func(ctx context.Context, s *System, token pat.Token) error {
			_, err := s.Users(ctx, query(token))

			return err
		})
	}
	askForToken := asks(func(ctx context.Context, s *System, token pat.Token) error {
		_, err := s.Token(ctx, token.Key())

		return err
	})
	create := func(ctx context.Context, s *System, token pat.Token) (pat.Secret, error) {
		issued, err := s.Create(ctx, token.UserID, pat.NewToken{Name: "new"})

		return issued.Secret, err
	}
	revoke := asks(func(ctx context.Context, s *System, token pat.Token) error { return s.Revoke(ctx, token) })

	return map[string]hostileCall{
		"CurrentUser": {`^GET .*/` + user, asks(func(ctx context.Context, s *System, _ pat.Token) error {
			_, err := s.CurrentUser(ctx)

			return err
		}), unread, false},
		"User by id":   {`^GET .*/` + user, askUser(func(token pat.Token) pat.UserRef { return pat.UserRef{ID: token.UserID} }), unread, false},
		"User by name": {`^GET .*/` + user, askUser(func(pat.Token) pat.UserRef { return pat.UserRef{Username: "alice"} }), unread, false},
		"Users":        {`^GET .*/` + users, askUsers(func(pat.Token) pat.UserQuery { return pat.UserQuery{} }), unread, false},
		"Users with tokens": {
			`^GET .*/` + users, askUsers(func(pat.Token) pat.UserQuery { return pat.UserQuery{WithTokens: true} }), unread, false,
		},
		"A user with tokens": {`^GET .*/` + user, askUsers(func(token pat.Token) pat.UserQuery {
			return pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: token.UserID}), WithTokens: true}
		}), unread, false},
		"Token":             {`^GET .*/` + list, askForToken, unread, false},
		"Token, everywhere": {`^GET `, askForToken, unread, false},
		"Tokens": {`^GET .*/` + list, asks(func(ctx context.Context, s *System, token pat.Token) error {
			_, err := s.Tokens(ctx, token.UserID, pat.TokenQuery{})

			return err
		}), unread, false},
		"Create":         {`^POST .*/` + token, create, []string{"ambiguous"}, false},
		"Create, done":   {`^POST .*/` + token, create, []string{"ambiguous"}, true},
		"Revoke":         {`^DELETE .*/` + token, revoke, unread, false},
		"Revoke, done":   {`^DELETE .*/` + token, revoke, unread, true},
		"Revoke, anyhow": {`^(DELETE|GET) `, revoke, unread, false},
	}
}

func TestNoHostileAnswerIsTakenForAnother(t *testing.T) {
	t.Parallel()

	answers := hostileserver.Answers()

	// Documents that are Universal Controller's but for one thing.
	const id = `"sysId":"` + userID + `","userName":"alice","tokens":[]`

	for what, body := range map[string]string{ //nolint:gosec // Nobody has these credentials.
		"a number for a text":          `{"sysId":7,"userName":7,"tokens":[]}`,
		"a text for a list":            `{` + id + `,"permissions":"$"}`,
		"a user in a list":             `[[{` + id + `}]]`,
		"a sysId twice":                `{` + id + `,"sysId":"` + userID + `"}`,
		"a sysId in two spellings":     `{` + id + `,"SYSID":"` + userID + `"}`,
		"a sysId that is a path":       `{"sysId":"../../../admin/00000000000000000000","userName":"alice","tokens":[]}`,
		"a sysId that is not there":    `{"userName":"alice","tokens":[]}`,
		"a userName of 70 KB":          `{"sysId":"` + userID + `","userName":"` + strings.Repeat("a", 70_000) + `","tokens":[]}`,
		"too many members":             `{` + id + members(20_000) + `}`,
		"tokens of too much":           `[` + strings.Repeat(`{"name":"a"},`, 25_000) + `{}]`,
		"a token of nobody's name":     `[{"name":""}]`,
		"a token of another's":         `[{"name":"old","userId":"` + noSuchID + `"}]`,
		"a token with two names":       `[{"name":"old","createTime":null,"name":"new"}]`,
		"a token with a list of names": `[{"name":["old"]}]`,
		"a token from long ago":        `[{"name":"old","createTime":"0000-00-00 00:00:00 +0000"}]`,
		"a token that is null":         `[{"name":"old"},null]`,
		"a secret in a list":           `["$"]`,
		"two secrets":                  `"$" "$"`,
	} {
		answer := hostileserver.Document(200, hostileserver.JSON, body)
		answer.Shows = false
		answers[what] = answer
	}

	for what, body := range map[string]string{ //nolint:gosec // Nobody has these credentials.
		"XML with two names":           `<tokens><token><name>old</name><name>new</name></token></tokens>`,
		"XML with two sysIds":          `<user><sysId>` + userID + `</sysId><sysId>` + noSuchID + `</sysId><userName>alice</userName><tokens/></user>`,
		"XML with a name in pieces":    `<tokens><token><name>` + strings.Repeat(`aaaaaaaaaaaaaaaa<!-- -->`, 5000) + `</name></token></tokens>`,
		"XML with a name around tags":  `<tokens><token><name>` + strings.Repeat(`aaaaaaaaaaaaaaaa<b/>`, 5000) + `</name></token></tokens>`,
		"XML with a long CDATA":        `<tokens><token><name><![CDATA[` + strings.Repeat("<", 70_000) + `]]></name></token></tokens>`,
		"XML with a long tag":          `<tokens><token ` + strings.Repeat(`a="" `, 20_000) + `><name>a</name></token></tokens>`,
		"XML with a long comment":      `<tokens><!--` + strings.Repeat("<", 70_000) + `--><token><name>a</name></token></tokens>`,
		"XML with too many tokens":     `<tokens>` + strings.Repeat(`<token><name>a</name></token>`, 25_000) + `</tokens>`,
		"XML with too many elements":   `<tokens><token>` + strings.Repeat(`<a/>`, 400_000) + `<name>a</name></token></tokens>`,
		"XML with a token of no name":  `<tokens><token/></tokens>`,
		"XML that ends within a tag":   `<tokens><token`,
		"XML that ends within a CDATA": `<tokens><token><name><![CDATA[a`,
		"XML that crosses":             `<tokens><token></tokens></token>`,
		"XML with a second root":       `<token/><tokens/>`,
	} {
		answer := hostileserver.Document(200, hostileserver.XML, body)
		answer.Shows = false
		answers[what] = answer
	}

	for what, answer := range answers {
		for name, call := range hostileCalls() {
			reads := strings.HasPrefix(call.request, "^GET ")
			if (answer.Heavy || answer.Wire) && reads && name != "Tokens" {
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

	honest := controllerserver.New(controllerserver.Options{})

	if _, err := honest.AddUser(controllerserver.User{SysID: userID, UserName: "alice", Password: "pw"}); err != nil {
		t.Fatal(err)
	}

	if _, err := honest.AddToken("alice", "old", time.Time{}); err != nil {
		t.Fatal(err)
	}

	front := &hostileserver.Front{
		Honest: honest, Hostile: regexp.MustCompile(call.request), Answer: answer, Works: call.works,
		Text: hostileserver.FirstWords, Secret: regexp.MustCompile(controllerserver.SecretPrefix + `\w+`),
	}

	server, stop := front.StartInMemory()
	t.Cleanup(stop)

	system := newDriver(t, server.URL+honest.Context(), func(o *Options) {
		o.Client.MaxRetries = 1
	})

	var log bytes.Buffer

	token := pat.Token{UserID: userID, ID: "old", Name: "old", CreatedAt: honest.Tokens("alice")[0].CreatedAt}
	secret, err := call.call(tflogtest.RootLogger(t.Context(), &log), system, token)

	if front.Met() == 0 {
		t.Fatal("no request was answered")
	}

	revoked := call.works && strings.Contains(call.request, "DELETE")

	switch {
	case err == nil && revoked && honest.LiveTokens("alice") == 0:
		return // What was done was seen to be done.
	case err == nil && call.works && honest.Authenticates(secret.Reveal()):
		return // The answer was strange, and the secret right.
	case !slices.Contains(call.kinds, verdict.Of(err)):
		t.Fatalf("the error is %q (%.3000v), want one of %v", verdict.Of(err), err, call.kinds)
	}

	for _, complaint := range hostileserver.Complaints(err.Error(), answer, server.URL, strings.HasPrefix(call.request, "^GET ")) {
		t.Errorf("%s: %v", complaint, err)
	}

	if verdict.Remedy(err) == "" {
		t.Errorf("nothing to do in %v", err)
	}

	if said := front.Said(); call.works && strings.HasPrefix(said, controllerserver.SecretPrefix) &&
		(strings.Contains(err.Error(), said) || strings.Contains(log.String(), said)) {
		t.Errorf("a secret shows in %v, or in the log", err)
	}

	if want := 1 + strings.Count(call.request, "POST"); call.works && !revoked && honest.LiveTokens("alice") != want {
		t.Errorf("%d tokens live, want %d", honest.LiveTokens("alice"), want)
	}
}

func TestAUserOfAnotherNameIsShownFitToBeRead(t *testing.T) {
	t.Parallel()

	name := `\u001b[31m` + strings.Repeat("a", 10_000)
	s := newScript(t, map[string][]canned{callUser: {document(`{"sysId":"` + userID + `","userName":"` + name + `"}`)}})

	_, err := newDriver(t, s.url).User(t.Context(), pat.UserRef{ID: userID, Username: "alice"})
	verdict.Want(t, err, "validation", "[31maaa")

	if text := err.Error(); len(text) > 3*2048 || strings.Contains(text, "\x1b") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestNoErrorQuotesWhatHoldsASecret(t *testing.T) {
	t.Parallel()

	const value = "ucp_qyMVCJ9cvczabyHqyMVCJ9cvczabyH"

	for _, status := range []int{400, 404, 409, 500} {
		for _, answer := range []canned{
			sentence(status, "The token "+value+" could not be shown, or already exists."),
			{status, asJSON, `{"errors":[{"message":"` + value + ` already exists"}]}`},
			{status, asXML, "<token>" + value + "</token>"},
		} {
			s := newScript(t, map[string][]canned{callCreate: {answer}})

			_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			if err == nil || strings.Contains(err.Error(), value) {
				t.Errorf("%d %s: %v", status, answer.body, err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok && strings.Contains(fmt.Sprint(invalid.Fields), value) {
				t.Errorf("%d: %v", status, invalid.Fields)
			}
		}
	}
}
