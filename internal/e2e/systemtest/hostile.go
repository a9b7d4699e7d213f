package systemtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// encounter is a call, some of whose requests get a hostile response.
type encounter struct {
	name, call string
	// requests is a pattern of the requests that get it.
	requests string
	// works makes the server carry out the request before the hostile response is sent.
	works bool
}

// encounters returns the encounters of each call.
func encounters(platform Platform) []encounter {
	h := platform.HTTP
	either := fmt.Sprintf("(%s)|(%s)", h.Revoke, h.Token)

	all := []encounter{
		{name: "CurrentUser", requests: h.CurrentUser},
		{name: "User by id", requests: h.UserByID},
		{name: "User by username", requests: h.UserByUsername},
		{name: "Users", requests: h.Users},
		{name: "Users with tokens", requests: h.UsersWithTokens},
		{name: "Users, one with tokens", requests: h.OneWithTokens},
		{name: "Token", requests: h.Token},
		{name: "Token, all requests", call: "Token", requests: `^GET `},
		{name: "Tokens", requests: h.Tokens},
		{name: "Create", requests: h.Create},
		{name: "Create, carried out", call: "Create", requests: h.Create, works: true},
		{name: "Revoke", requests: h.Revoke},
		{name: "Revoke, carried out", call: "Revoke", requests: h.Revoke, works: true},
		{name: "Revoke and Token", call: "Revoke", requests: either},
		{name: "Revoke, all requests", call: "Revoke", requests: `^(DELETE|GET) `, works: true},
	}

	if platform.Selector {
		all = append(all, encounter{name: "SelectTokens", requests: h.Tokens})
	}

	if platform.Pager {
		all = append(all, encounter{name: "EachToken", requests: h.Tokens})
	}

	return all
}

// changes reports whether the call changes something on the server.
func (e encounter) changes() bool { return strings.HasPrefix(e.of(), "Create") || e.of() == "Revoke" }

// reads reports whether a request that only reads gets the hostile response.
func (e encounter) reads() bool { return strings.Contains(e.requests, "GET") }

// of returns the name of the call.
func (e encounter) of() string {
	if e.call != "" {
		return e.call
	}

	return e.name
}

// runHostile makes each call meet each hostile response. The driver must not interpret any of them as a
// success, as a refusal, or as proof that something does not exist.
func runHostile(t *testing.T, platform Platform) {
	t.Helper()

	answers := hostileserver.Answers()
	maps.Copy(answers, platform.HTTP.Documents)

	for what, answer := range answers {
		t.Run("each call meets "+what, func(t *testing.T) {
			t.Parallel()

			if answer.Slow { // These responses end only by a timeout.
				synctest.Test(t, func(t *testing.T) { meetAll(t, platform, what, answer) })
			} else {
				meetAll(t, platform, what, answer)
			}
		})
	}

	// These gateways withhold the response to a request that the server has carried out.
	for what, answer := range hostileserver.Blocks() {
		t.Run("Create meets "+what, func(t *testing.T) {
			t.Parallel()

			for _, e := range encounters(platform) {
				if e.of() == "Create" {
					s := newScene(t, platform)
					s.meet(s.addSubject(), what, answer, e)
				}
			}
		})
	}
}

// meetAll makes each call meet the hostile response. Encounters in which the server carries nothing out
// share one server.
func meetAll(t *testing.T, platform Platform, what string, answer hostileserver.Answer) {
	t.Helper()

	reader := newScene(t, platform)
	on := reader.addSubject()

	for _, e := range encounters(platform) {
		switch {
		case answer.Heavy && e.reads() && e.name != "Tokens": // Reading a heavy response takes long, and all reads do it the same way.
		case e.works:
			s := newScene(t, platform)
			s.meet(s.addSubject(), what, answer, e)
		default:
			reader.meet(on, what, answer, e)
		}
	}
}

// meet makes a call, some of whose requests get the hostile response.
func (s *scene) meet(on subject, what string, answer hostileserver.Answer, e encounter) {
	s.Helper()

	on.secret = new(pat.Secret)

	front := &hostileserver.Front{
		Honest: s.http(), Hostile: regexp.MustCompile(e.requests), Answer: answer, Works: e.works,
		Text: hostileserver.FirstWords, Secret: s.HTTP.Secret,
	}

	server, stop := front.StartInMemory()
	defer stop()

	calls := s.calls()
	index := slices.IndexFunc(calls, func(call operation) bool { return call.name == e.of() })
	err := calls[index].do(s.ctx, s.http().Connect(s, server.URL, s.Administrator), on)

	if front.Met() == 0 {
		s.Errorf("%s: no request received the hostile response", e.name)
	}

	secret := s.HTTP.Secret.FindString(front.Said())
	if secret != "" {
		s.secrets = append(s.secrets, secret)
	}

	live := s.server.LiveTokens("alice")

	if err == nil {
		revoked := e.of() == "Revoke" && live == 0
		issued := e.of() == "Create" && e.works && live == 2 && s.server.Authenticates("alice", *on.secret)
		harmless := slices.Contains(s.HTTP.Harmless[what], e.name)

		if !revoked && !issued && !harmless {
			s.Errorf("%s succeeded, with %d live tokens", e.name, live)
		}

		return
	}

	kinds := []string{"protocol", "transient"}
	if e.of() == "Create" {
		kinds = []string{"ambiguous"}
	}

	s.fails(e.name, err, kinds...)

	for _, complaint := range hostileserver.Complaints(err.Error(), answer, server.URL, !e.changes()) {
		s.Errorf("%s: %s: %v", e.name, complaint, err)
	}

	if verdict.Remedy(err) == "" {
		s.Errorf("%s: the error does not say what to do: %v", e.name, err)
	}

	want := 1
	if e.of() == "Create" && e.works {
		want = 2
	}

	if e.of() == "Create" && front.Met() != 1 {
		s.Errorf("%s: the request was sent %d times", e.name, front.Met())
	}

	if e.of() != "Revoke" && live != want {
		s.Errorf("%s: %d live tokens, want %d", e.name, live, want)
	}
}
