package universalcontroller

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/systemtest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
)

func TestConformance(t *testing.T) {
	t.Parallel()

	const user, users, list, token = `^GET .*/user$`, `^GET .*/user/list$`, `^GET .*/user/token/list$`, `/user/token$`

	platform := platformOf(worlds()[0])
	platform.HTTP = &systemtest.HTTP{
		CurrentUser: user, UserByID: user, UserByUsername: user, Users: users, UsersWithTokens: users, OneWithTokens: user,
		Token: list, Tokens: list, Create: `^POST .*` + token, Revoke: `^DELETE .*` + token,
		Secret:    regexp.MustCompile(controllerserver.SecretPrefix + `\w+`),
		Documents: hostileDocuments(),
	}

	systemtest.Run(t, platform)
}

// platformOf describes a world to the conformance tests.
func platformOf(w world) systemtest.Platform {
	names := []string{"", " \t", strings.Repeat("é", 101), "a\xff"}
	switches := w.switches()

	return systemtest.Platform{
		New:            func(tb testing.TB) systemtest.Server { tb.Helper(); return newConformanceServer(tb, w) },
		Administrator:  systemtest.Account{Username: controllerserver.AdminUserName, Password: controllerserver.AdminPassword},
		KeepsExpired:   switches.ExpiredTokens == controllerserver.ExpiredListed,
		RequiresExpiry: switches.MaxLifetimeDays != 0,
		AllowsTwins:    switches.DuplicateName == controllerserver.DuplicateAllowed,
		InvalidUserIDs: []string{strings.ToUpper(userID), userID[:16]}, InvalidTokenIDs: names, InvalidNames: names,
	}
}

// conformanceServer is an in-memory Universal Controller for the conformance tests.
type conformanceServer struct {
	systemtest.Console
	*systemtest.Clock
	http.Handler

	world      world
	controller *controllerserver.Server
	url        string
}

func newConformanceServer(tb testing.TB, w world) *conformanceServer {
	tb.Helper()

	clock := systemtest.NewClock()
	options := w.variant.Options
	options.Zone = time.FixedZone("", w.zone*60*60)
	options.Console = sandbox.Options{Now: clock.Now}
	options.FailedLoginLimit = 2
	server := controllerserver.New(options)

	if err := server.UpdateUser(controllerserver.AdminUserName, func(u *controllerserver.User) { u.TimeZone = "Asia/Kolkata" }); err != nil {
		tb.Fatal(err)
	}

	handler := http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if w.xml && r.Method == http.MethodGet {
			r.Header.Set("Accept", asXML)
		}

		server.ServeHTTP(out, r)
	})

	tb.Cleanup(func() { checkJournal(tb, server) })

	return &conformanceServer{
		Console: systemtest.Console{Sandbox: server.Console}, Clock: clock, Handler: handler,
		world: w, controller: server, url: systemtest.Listen(tb, handler),
	}
}

// Open returns a System with the account.
func (s *conformanceServer) Open(tb testing.TB, account systemtest.Account) pat.System {
	tb.Helper()

	return s.Connect(tb, s.url, account)
}

// Connect returns a System with the account at another address. In some worlds the administrator logs
// in with a token.
func (s *conformanceServer) Connect(tb testing.TB, url string, account systemtest.Account) pat.System {
	tb.Helper()

	return newDriver(tb, url+s.controller.Context(), func(o *Options) {
		o.Username, o.Password, o.Client.MaxRetries = account.Username, account.Password, 1
		// The machine's clock is wrong, and the server's decides.
		o.Client.Clock = pat.NewClock(pat.Runner{Now: func() time.Time { return s.Now().AddDate(0, 0, -30) }})

		if s.world.bearer && account.Username == controllerserver.AdminUserName {
			secret, err := s.controller.AddToken(account.Username, "the driver's own", time.Time{})
			if err != nil {
				tb.Fatal(err)
			}

			o.Password, o.Token = "", pat.Secret(secret)
		}
	})
}

// AddUser adds a user without roles.
func (s *conformanceServer) AddUser(tb testing.TB, username string) string {
	tb.Helper()

	id, err := s.controller.AddUser(controllerserver.User{UserName: username, Password: systemtest.Password})
	if err != nil {
		tb.Fatal(err)
	}

	return id
}

// RenameUser changes a login.
func (s *conformanceServer) RenameUser(tb testing.TB, username, to string) {
	tb.Helper()

	if err := s.controller.UpdateUser(username, func(u *controllerserver.User) { u.UserName = to }); err != nil {
		tb.Fatal(err)
	}
}

// DeleteUser deletes a user.
func (s *conformanceServer) DeleteUser(_ testing.TB, username string) {
	s.controller.DeleteUser(username)
}

// AddToken issues a token.
func (s *conformanceServer) AddToken(tb testing.TB, username, name string, expires time.Time) {
	tb.Helper()

	if _, err := s.controller.AddToken(username, name, expires); err != nil {
		tb.Fatal(err)
	}
}

// RevokeToken removes all tokens of the name.
func (s *conformanceServer) RevokeToken(_ testing.TB, username, name string) {
	s.controller.RevokeToken(username, name)
}

// DeleteToken removes all tokens of the name.
func (s *conformanceServer) DeleteToken(tb testing.TB, username, name string) {
	tb.Helper()
	s.RevokeToken(tb, username, name)
}

// LiveTokens counts the tokens of a user that have not expired.
func (s *conformanceServer) LiveTokens(username string) int { return s.controller.LiveTokens(username) }

// Authenticates reports whether its user can log in with the secret of a token.
func (s *conformanceServer) Authenticates(_ string, secret pat.Secret) bool {
	return s.controller.Authenticates(secret.Reveal())
}

// hostileDocuments are Universal Controller's documents with one defect each.
func hostileDocuments() map[string]hostileserver.Answer {
	all := map[string]hostileserver.Answer{}

	const id = `"sysId":"` + userID + `","userName":"alice","tokens":[]`

	for what, body := range map[string]string{ //nolint:gosec // These are not real credentials.
		"a number instead of a text":                 `{"sysId":7,"userName":7,"tokens":[]}`,
		"a text instead of a list":                   `{` + id + `,"permissions":"$"}`,
		"a user in a list":                           `[[{` + id + `}]]`,
		"a sysId twice":                              `{` + id + `,"sysId":"` + userID + `"}`,
		"a sysId in two spellings":                   `{` + id + `,"SYSID":"` + userID + `"}`,
		"a sysId that is a path":                     `{"sysId":"../../../admin/00000000000000000000","userName":"alice","tokens":[]}`,
		"no sysId":                                   `{"userName":"alice","tokens":[]}`,
		"a userName of 70 KB":                        `{"sysId":"` + userID + `","userName":"` + strings.Repeat("a", 70_000) + `","tokens":[]}`,
		"too many members":                           `{` + id + hostileserver.Members(20_000) + `}`,
		"too many tokens":                            `[` + strings.Repeat(`{"name":"a"},`, 25_000) + `{}]`,
		"a token with an empty name":                 `[{"name":""}]`,
		"a token of another user":                    `[{"name":"old","userId":"` + noSuchID + `"}]`,
		"a token with two names":                     `[{"name":"old","createTime":null,"name":"new"}]`,
		"a token with a list of names":               `[{"name":["old"]}]`,
		"a token from long ago":                      `[{"name":"old","createTime":"0000-00-00 00:00:00 +0000"}]`,
		"a token that is null":                       `[{"name":"old"},null]`,
		"an object with a list":                      `{"tokens":[]}`,
		"an error in an envelope":                    `{"errors":[{"message":"no"}]}`,
		"a list that is cut":                         `[{"name":"a"}`,
		"two lists":                                  `[] []`,
		"an invalid creation time":                   `[{"name":"a","createTime":"yesterday"}]`,
		"an invalid expiration":                      `[{"name":"a","expiration":"soon"}]`,
		"an expiration on a day that does not exist": `[{"name":"a","expiration":"20270229"}]`,
		"a secret in a list":                         `["$"]`,
		"two secrets":                                `"$" "$"`,
	} {
		response := hostileserver.Document(200, hostileserver.JSON, body)
		response.Shows = false
		all[what] = response
	}

	for what, body := range map[string]string{ //nolint:gosec // These are not real credentials.
		"XML that is cut":                 `<tokens><token><name>a</name></token>`,
		"XML with two names":              `<tokens><token><name>old</name><name>new</name></token></tokens>`,
		"XML with two sysIds":             `<user><sysId>` + userID + `</sysId><sysId>` + noSuchID + `</sysId><userName>alice</userName><tokens/></user>`,
		"XML with a name in pieces":       `<tokens><token><name>` + strings.Repeat(`aaaaaaaaaaaaaaaa<!-- -->`, 5000) + `</name></token></tokens>`,
		"XML with a name around tags":     `<tokens><token><name>` + strings.Repeat(`aaaaaaaaaaaaaaaa<b/>`, 5000) + `</name></token></tokens>`,
		"XML with a long CDATA":           `<tokens><token><name><![CDATA[` + strings.Repeat("<", 70_000) + `]]></name></token></tokens>`,
		"XML with a long tag":             `<tokens><token ` + strings.Repeat(`a="" `, 20_000) + `><name>a</name></token></tokens>`,
		"XML with a long comment":         `<tokens><!--` + strings.Repeat("<", 70_000) + `--><token><name>a</name></token></tokens>`,
		"XML with too many tokens":        `<tokens>` + strings.Repeat(`<token><name>a</name></token>`, 25_000) + `</tokens>`,
		"XML with too many elements":      `<tokens><token>` + strings.Repeat(`<a/>`, 400_000) + `<name>a</name></token></tokens>`,
		"XML with a token without a name": `<tokens><token/></tokens>`,
		"XML that ends within a tag":      `<tokens><token`,
		"XML that ends within a CDATA":    `<tokens><token><name><![CDATA[a`,
		"XML with crossing elements":      `<tokens><token></tokens></token>`,
		"XML with a second root":          `<token/><tokens/>`,
	} {
		response := hostileserver.Document(200, hostileserver.XML, body)
		response.Shows = false
		all[what] = response
	}

	// These would be valid with another content type.
	for _, contentType := range []string{"", hostileserver.Text, hostileserver.XML, hostileserver.HTML} {
		all["a list that says it is "+contentType] = hostileserver.Document(200, contentType, `[]`)
		all["a user that says it is "+contentType] = hostileserver.Document(200, contentType, aliceJSON)
	}

	return all
}
