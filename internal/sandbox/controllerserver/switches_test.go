package controllerserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// withSwitches returns options with these switches and a clock at noon UTC of 2026-03-10.
func withSwitches(s controllerserver.Switches) controllerserver.Options {
	o := newClock().options()
	o.Switches = s
	return o
}

func TestDuplicateName(t *testing.T) {
	t.Parallel()
	again := post(`{"name":"n","userName":"alice"}`)
	for value, status := range map[controllerserver.DuplicateName]int{
		controllerserver.DuplicateIs400: http.StatusBadRequest, controllerserver.DuplicateIs404: http.StatusNotFound,
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{DuplicateName: value}), alice)
		ask(t, server, again).want(t, http.StatusOK, controllerserver.SecretPrefix)
		ask(t, server, again).says(t, status, duplicate)
	}
	server := newServer(t, withSwitches(controllerserver.Switches{DuplicateName: controllerserver.DuplicateAllowed}), alice)
	first := ask(t, server, again).Body.String()
	second := ask(t, server, again).Body.String()
	if names := ask(t, server, tokens("username=alice")).names(t, "name"); names != "n n" || !server.Authenticates(first) || !server.Authenticates(second) {
		t.Errorf("the list has %q, want two tokens that authenticate", names)
	}
	ask(t, server, del("username=alice&tokenname=n")).says(t, http.StatusOK, revoked)
	if server.LiveTokens("alice") != 0 || server.Authenticates(first) || server.Authenticates(second) {
		t.Error("a token of the same name survived the revoke")
	}
}

func TestUnknownToken(t *testing.T) {
	t.Parallel()
	const missing = `Personal access token "n" not found.`
	for value, want := range map[controllerserver.UnknownToken]struct {
		status int
		words  string
	}{
		controllerserver.UnknownTokenIs404: {http.StatusNotFound, missing},
		controllerserver.UnknownTokenIs400: {http.StatusBadRequest, missing},
		controllerserver.UnknownTokenIs200: {http.StatusOK, revoked},
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{UnknownToken: value}), alice)
		ask(t, server, del("username=alice&tokenname=n")).says(t, want.status, want.words)
		ask(t, server, del("username=bob&tokenname=n")).says(t, http.StatusNotFound, `A user with name "bob" does not exist.`)
	}
}

func TestListWithoutUserIsOwn(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{ListWithoutUser: controllerserver.ListWithoutUserIsOwn}), alice)
	addToken(t, server, "alice", "hers", time.Time{})
	addToken(t, server, "ops.admin", "his", time.Time{})
	if names := ask(t, server, tokens("").as("alice")).names(t, "name"); names != "hers" {
		t.Errorf("alice sees %q, want hers", names)
	}
	ask(t, server, tokens("username=ops.admin&userid=1")).says(t, http.StatusBadRequest, bothUsers)
}

func TestNoExpiry(t *testing.T) {
	t.Parallel()
	for value, want := range map[controllerserver.NoExpiry]struct {
		json any
		xml  string
	}{
		controllerserver.NoExpiryIsNull:   {nil, "<expiration></expiration>"},
		controllerserver.NoExpiryIsEmpty:  {"", "<expiration></expiration>"},
		controllerserver.NoExpiryIsNever:  {"Never", "<expiration>Never</expiration>"},
		controllerserver.NoExpiryIsAbsent: {"absent", ""},
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{NoExpiry: value}), alice)
		addToken(t, server, "alice", "n", time.Time{})
		have, present := ask(t, server, tokens("username=alice")).objects(t)[0]["expiration"]
		if !present {
			have = "absent"
		}
		if diff := cmp.Diff(want.json, have); diff != "" {
			t.Errorf("value %d, JSON (-want +have):\n%s", value, diff)
		}
		list := tokens("username=alice")
		list.xmlAnswer = true
		text := ask(t, server, list).Body.String()
		if !strings.Contains(text, want.xml) || (want.xml == "" && strings.Contains(text, "expiration")) {
			t.Errorf("value %d: have %s, want %q", value, text, want.xml)
		}
	}
}

func TestTokenUserID(t *testing.T) {
	t.Parallel()
	for value, want := range map[controllerserver.TokenUserID]any{
		controllerserver.TokenUserIDAbsent: "absent", controllerserver.TokenUserIDPresent: alice.SysID, controllerserver.TokenUserIDNull: nil,
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{TokenUserID: value}), alice)
		addToken(t, server, "alice", "n", time.Time{})
		have, present := ask(t, server, tokens("username=alice")).objects(t)[0]["userId"]
		if !present {
			have = "absent"
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("value %d (-want +have):\n%s", value, diff)
		}
	}
}

func TestUnknownUserInList(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{UnknownUser: controllerserver.UnknownUserIsEmpty}), alice)
	for _, query := range []string{"username=bob", "userid=1"} {
		if rows := ask(t, server, tokens(query)).objects(t); len(rows) != 0 {
			t.Errorf("%s has %d tokens, want none", query, len(rows))
		}
	}
	ask(t, server, tokens("username=bob").as("alice")).says(t, http.StatusForbidden, prohibited)
	ask(t, server, del("username=bob&tokenname=n")).want(t, http.StatusNotFound, "does not exist")
}

func TestExpiredTokensHidden(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{ExpiredTokens: controllerserver.ExpiredHidden}), alice)
	addToken(t, server, "alice", "old", day(t, "2026-03-09"))
	addToken(t, server, "alice", "last day", day(t, "2026-03-10"))
	if names := ask(t, server, tokens("username=alice")).names(t, "name"); names != "last day" {
		t.Errorf("the list has %q, want the token that expires today", names)
	}
	if text := ask(t, server, admin("/uc/resources/user?username=alice&showTokens=true")).Body.String(); strings.Contains(text, `"old"`) {
		t.Errorf("the user shows the expired token: %s", text)
	}
	ask(t, server, post(`{"name":"old","userName":"alice"}`)).says(t, http.StatusBadRequest, duplicate)
	ask(t, server, del("username=alice&tokenname=old")).says(t, http.StatusOK, revoked)
}

func TestMaximumLifetime(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		expiration string
		refused    string
	}{
		"the last day":   {expiration: `,"expiration":"2026-04-09"`},
		"a day too long": {expiration: `,"expiration":"2026-04-10"`, refused: "Expiration must not be more than 30 days from today."},
		"none":           {refused: "Expiration is required and must not be more than 30 days from today."},
		"a blank one":    {expiration: `,"expiration":""`, refused: "Expiration is required and must not be more than 30 days from today."},
		"a past date":    {expiration: `,"expiration":"2026-03-09"`, refused: "Expiration must not be in the past."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, withSwitches(controllerserver.Switches{MaxLifetimeDays: 30}), alice)
			got := ask(t, server, post(`{"name":"n","userName":"alice"`+test.expiration+`}`))
			if test.refused != "" {
				got.says(t, http.StatusBadRequest, test.refused)
				return
			}
			got.want(t, http.StatusOK, controllerserver.SecretPrefix)
		})
	}
}

func TestExpiredFromDayMakesTodayAPastDate(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{LastDay: controllerserver.ExpiredFromDay}), alice)
	ask(t, server, post(`{"name":"n","userName":"alice","expiration":"2026-03-10"}`)).says(t, http.StatusBadRequest, "Expiration must not be in the past.")
	ask(t, server, post(`{"name":"n","userName":"alice","expiration":"2026-03-11"}`)).want(t, http.StatusOK, controllerserver.SecretPrefix)
}

func TestTimesAreShownInTheSelectedZone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		times      controllerserver.Times
		zone, want string
	}{
		{controllerserver.TimesInServerZone, "Asia/Kolkata", "2026-03-10 08:00:00 -0400"},
		{controllerserver.TimesInCallerZone, "Asia/Kolkata", "2026-03-10 17:30:00 +0530"},
		{controllerserver.TimesInCallerZone, "", "2026-03-10 08:00:00 -0400"},
		{controllerserver.TimesInCallerZone, "System", "2026-03-10 08:00:00 -0400"},
		{controllerserver.TimesInCallerZone, "Local", "2026-03-10 08:00:00 -0400"},
		{controllerserver.TimesInCallerZone, "Atlantis", "2026-03-10 08:00:00 -0400"},
	} {
		caller := alice
		caller.TimeZone = test.zone
		o := withSwitches(controllerserver.Switches{Times: test.times})
		o.Zone = time.FixedZone("", -4*60*60)
		server := newServer(t, o, caller)
		secret := addToken(t, server, "alice", "n", time.Time{})
		row := ask(t, server, asked{path: "/uc/resources/user/token/list?username=alice", bearer: secret}).objects(t)[0]
		if row["createTime"] != test.want || row["lastUsed"] != test.want {
			t.Errorf("zone %q: have %v and %v, want %s", test.zone, row["createTime"], row["lastUsed"], test.want)
		}
		// What another caller sees does not depend on the owner's zone.
		ask(t, server, tokens("username=alice")).want(t, http.StatusOK, `"createTime":"2026-03-10 08:00:00 -0400"`)
	}
}

func TestQuotesAndRevokeAnswer(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{Quotes: controllerserver.QuotesCurly, RevokeAnswer: controllerserver.RevokeAnswerEmpty}), alice)
	ask(t, server, tokens("username=bob")).says(t, http.StatusNotFound, "A user with name “bob” does not exist.")
	addToken(t, server, "alice", "n", time.Time{})
	ask(t, server, del("username=alice&tokenname=n")).says(t, http.StatusOK, "")
}

func TestLastUse(t *testing.T) {
	t.Parallel()
	for value, want := range map[controllerserver.LastUse]struct{ json, xml string }{
		controllerserver.LastUseIsTime:         {`"lastUsed":"2026-03-10 12:00:00 +0000"`, "<lastUsed>2026-03-10 12:00:00 +0000</lastUsed>"},
		controllerserver.LastUseIsISO:          {`"lastUsed":"2026-03-10T12:00:00Z"`, "<lastUsed>2026-03-10T12:00:00Z</lastUsed>"},
		controllerserver.LastUseIsMilliseconds: {`"lastUsed":1773144000000`, "<lastUsed>1773144000000</lastUsed>"},
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{LastUse: value}), alice)
		addToken(t, server, "alice", "unused", time.Time{})
		secret := addToken(t, server, "alice", "used", time.Time{})
		list := asked{path: "/uc/resources/user/token/list?username=alice", bearer: secret}
		ask(t, server, list).want(t, http.StatusOK, want.json)
		ask(t, server, list).want(t, http.StatusOK, `"lastUsed":"Never"`)
		list.xmlAnswer = true
		ask(t, server, list).want(t, http.StatusOK, want.xml)
		ask(t, server, list).want(t, http.StatusOK, "<lastUsed>Never</lastUsed>")
	}
}

func TestUserShape(t *testing.T) {
	t.Parallel()
	joe := joe()
	joe.Permissions = joesPermission(true)
	for shape, want := range map[controllerserver.UserShape]struct{ has, hasNot []string }{
		controllerserver.UserShapeCurrent: {has: []string{`"impersonate":[]`, `"notGroups":false`, `"tokens":[]`, `"retainSysIds":true`}},
		controllerserver.UserShape73:      {hasNot: []string{"impersonate", "notGroups", "tokens", "retainSysIds"}},
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{UserShape: shape}), joe)
		text := ask(t, server, admin("/uc/resources/user/list")).Body.String()
		for _, part := range want.has {
			if strings.Count(text, part) == 0 {
				t.Errorf("shape %d: %s lacks %s", shape, text, part)
			}
		}
		for _, part := range want.hasNot {
			if strings.Contains(text, part) {
				t.Errorf("shape %d: %s has %s", shape, text, part)
			}
		}
	}
}
