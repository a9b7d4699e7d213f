package foreman

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/systemtest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
)

func TestConformance(t *testing.T) {
	t.Parallel()

	const tokens = `^GET .*/personal_access_tokens$`

	systemtest.Run(t, systemtest.Platform{
		New: newConformanceServer,
		Administrator: systemtest.Account{
			Username: foremanserver.AdminLogin, Password: foremanserver.AdminPassword,
		},
		Selector: true, Pager: true, KeepsRevoked: true, KeepsExpired: true,
		InvalidUserIDs:  []string{"04", "4.0", "..", strings.Repeat("9", 19)},
		InvalidTokenIDs: []string{"", "0", "-1", "+4", "5abc", "4.0", " 4", "4 ", "04", "٣", "4/", "..", "4\n", strings.Repeat("9", 19)},
		HTTP: &systemtest.HTTP{
			CurrentUser: `^GET /api/current_user$`,
			UserByID:    `^GET /api/users/\d+-~$`, UserByUsername: `^GET /api/users$`, Users: `^GET /api/users$`,
			UsersWithTokens: tokens, OneWithTokens: tokens,
			Token: `^GET .*/personal_access_tokens/\d+$`, Tokens: tokens,
			Create: `^POST .*/personal_access_tokens$`, Revoke: `^DELETE .*/personal_access_tokens/\d+$`,
			Secret:    regexp.MustCompile(foremanserver.SecretPrefix + `[^"]+`),
			Documents: hostileDocuments(),
			// A token that it does not return may nevertheless exist.
			Harmless: map[string][]string{"a list with a count that is too high": {"SelectTokens"}},
		},
	})
}

// conformanceServer is an in-memory Foreman for the conformance tests.
type conformanceServer struct {
	systemtest.Console
	*systemtest.Clock
	http.Handler

	foreman *foremanserver.Server
	url     string
}

func newConformanceServer(tb testing.TB) systemtest.Server {
	tb.Helper()

	clock := systemtest.NewClock()
	server := foremanserver.New(foremanserver.Options{Console: sandbox.Options{Now: clock.Now}, IdleTimeout: 10_000 * time.Hour})

	tb.Cleanup(func() { wantAddressable(tb, server.Requests()) })

	return &conformanceServer{
		Console: systemtest.Console{Sandbox: server.Console}, Clock: clock, Handler: server,
		foreman: server, url: systemtest.Listen(tb, server),
	}
}

// Open returns a System with the account.
func (s *conformanceServer) Open(tb testing.TB, account systemtest.Account) pat.System {
	tb.Helper()

	return s.Connect(tb, s.url, account)
}

// Connect returns a System with the account at another address.
func (s *conformanceServer) Connect(tb testing.TB, url string, account systemtest.Account) pat.System {
	tb.Helper()

	return newDriver(tb, url, func(o *Options) {
		o.Username, o.Password, o.Client.MaxRetries = account.Username, account.Password, 1
	})
}

// AddUser adds a member of the default organization and location without permissions.
func (s *conformanceServer) AddUser(tb testing.TB, username string) string {
	tb.Helper()

	id, err := s.foreman.AddUser(foremanserver.User{
		Login: username, Password: systemtest.Password,
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID}, LocationIDs: []int{foremanserver.DefaultLocationID},
	})
	if err != nil {
		tb.Fatal(err)
	}

	return strconv.Itoa(id)
}

// RenameUser changes a login.
func (s *conformanceServer) RenameUser(tb testing.TB, username, to string) {
	tb.Helper()

	if err := s.foreman.UpdateUser(username, func(u *foremanserver.User) { u.Login = to }); err != nil {
		tb.Fatal(err)
	}
}

// DeleteUser deletes a user.
func (s *conformanceServer) DeleteUser(_ testing.TB, username string) { s.foreman.DeleteUser(username) }

// AddToken issues a token.
func (s *conformanceServer) AddToken(tb testing.TB, username, name string, expires time.Time) {
	tb.Helper()

	if _, _, err := s.foreman.AddToken(username, name, expires); err != nil {
		tb.Fatal(err)
	}
}

// RevokeToken revokes all tokens of the name.
func (s *conformanceServer) RevokeToken(_ testing.TB, username, name string) {
	for _, token := range s.foreman.Tokens(username) {
		if token.Name == name {
			s.foreman.RevokeToken(username, token.ID)
		}
	}
}

// DeleteToken removes the rows of all tokens of the name.
func (s *conformanceServer) DeleteToken(_ testing.TB, username, name string) {
	for _, token := range s.foreman.Tokens(username) {
		if token.Name == name {
			s.foreman.DeleteToken(username, token.ID)
		}
	}
}

// LiveTokens counts the active tokens of a user.
func (s *conformanceServer) LiveTokens(username string) int { return s.foreman.LiveTokens(username) }

// Authenticates reports whether the user can log in with the secret of a token.
func (s *conformanceServer) Authenticates(username string, secret pat.Secret) bool {
	return s.foreman.Authenticates(username, secret.Reveal())
}

// hostileDocuments are Foreman's documents with one defect each.
func hostileDocuments() map[string]hostileserver.Answer {
	all := map[string]hostileserver.Answer{}

	for what, body := range map[string]string{ //nolint:gosec // These are not real credentials.
		"a number instead of a text":           `{"id":5,"login":7,"user_id":5,"name":7,"results":7,"revoked":7,"token_value":7}`,
		"texts instead of numbers":             `{"id":"5","login":"alice","user_id":"5","name":"old","revoked":"true","token_value":"$"}`,
		"an id that is too large":              `{"id":1e400,"login":"$","user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"a fraction of an id":                  `{"id":5.5,"login":"$","user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"an id of 60 KB":                       `{"id":` + strings.Repeat("9", 60_000) + `,"login":"$","token_value":"$"}`,
		"a negative id":                        `{"id":-5,"login":"alice","user_id":-5,"name":"old","revoked":true,"token_value":"$"}`,
		"no id":                                `{"login":"alice","active?":true,"user_id":5,"name":"old","revoked":true,"token_value":"$"}`,
		"an id twice":                          `{"id":5,"id":1,"id":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"an id in two spellings":               `{"id":5,"ID":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"an id twice, escaped":                 `{"id":5,"\u0069d":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"too many members":                     `{"id":5,"login":"alice","active?":true,"user_id":5,"name":"new","revoked":true,"token_value":"$"` + hostileserver.Members(20_000) + `}`,
		"a login of 70 KB":                     `{"id":5,"login":"` + strings.Repeat("a", 70_000) + `","user_id":5,"name":"new","revoked":true,"token_value":"$"}`,
		"a list of another user's tokens":      `{"total":1,"subtotal":1,"results":[{"id":1,"user_id":6,"name":"old","active?":true}]}`,
		"a list of null":                       `{"total":1,"subtotal":1,"results":[null]}`,
		"a list of empty objects":              `{"total":1,"subtotal":1,"results":[{}]}`,
		"a list of too much":                   `{"total":1,"subtotal":25000,"results":[` + strings.Repeat(`{"id":1,"user_id":5,"login":"a","name":"a","active?":true},`, 24_999) + `{}]}`,
		"a list with a count that is too low":  `{"total":1,"subtotal":0,"results":[{"id":1,"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list with a negative count":         `{"total":-1,"subtotal":1,"results":[{"id":1,"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list with a count that is too high": `{"total":9,"subtotal":9,"results":[]}`,
		"a list without ids":                   `{"total":1,"subtotal":1,"results":[{"user_id":5,"login":"alice","name":"old","active?":true}]}`,
		"a list without names":                 `{"total":1,"subtotal":1,"results":[{"id":5,"user_id":5,"active?":true}]}`,
		"a list without states":                `{"total":1,"subtotal":1,"results":[{"id":5,"user_id":5,"name":"old"}]}`,
		"a list of lists":                      `{"total":1,"subtotal":1,"results":[[{"id":1}]]}`,
		"a list that is null":                  `{"total":0,"subtotal":0,"results":null}`,
		"a list that is an object":             `{"total":1,"subtotal":1,"results":{}}`,
		"a list with invalid times":            `{"total":1,"subtotal":1,"results":[{"id":1,"user_id":5,"login":"a","name":"a","active?":true,"created_at":"soon","last_login_on":"soon"}]}`,
		"half of a list":                       `{"total":1,"subtotal":1,"resu`,
		"an error with a 200":                  `{"error":{"message":"maintenance"}}`,
		"a secret of another name":             `{"id":5,"user_id":5,"name":"new","value":"$"}`,
		"a secret in a list":                   `{"id":5,"user_id":5,"name":"new","token_value":["$"]}`,
		"a secret as a time":                   `{"id":5,"user_id":5,"name":"new","token_value":"$","created_at":"$"}`,
		"a secret that is cut":                 `{"token_value":"$","id":`,
		"a secret on two lines":                `{"id":5,"user_id":5,"name":"new","token_value":"$\n"}`,
		"a secret that is empty":               `{"id":5,"user_id":5,"name":"new","token_value":""}`,
		"a secret of another user":             `{"id":5,"user_id":6,"name":"new","token_value":"$"}`,
		"a secret of another token":            `{"id":5,"user_id":5,"name":"other","token_value":"$"}`,
	} {
		response := hostileserver.Document(200, hostileserver.JSON, body)
		response.Shows = false
		all[what] = response
	}

	// These would be valid with another content type.
	for _, contentType := range []string{"", hostileserver.Text, hostileserver.XML, hostileserver.HTML} {
		all["a list that says it is "+contentType] = hostileserver.Document(200, contentType, `{"total":0,"subtotal":0,"results":[]}`)
		all["a user that says it is "+contentType] = hostileserver.Document(200, contentType, `{"id":5,"login":"alice","admin":true}`)
	}

	// A proxy sends this while a server restarts.
	all["a 404 in plain text"] = hostileserver.Document(404, hostileserver.Text, "404 page not found $")

	return all
}
