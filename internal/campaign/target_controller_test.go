package campaign

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/universalcontroller"
)

// newController returns a Universal Controller of any variant except two. One issues several tokens
// with the same name, which cannot be told apart. The other revokes a user's tokens when the user is
// modified, which the provider cannot prevent.
func newController(random *rand.Rand, clock *clock) (*target, error) {
	variants := slices.DeleteFunc(controllerserver.Variants(), func(v controllerserver.Variant) bool {
		return v.Options.Switches.DuplicateName == controllerserver.DuplicateAllowed ||
			v.Options.Switches.PayloadTokens == controllerserver.PayloadTokensCleared
	})
	variant := variants[random.IntN(len(variants))]
	variant.Options.Console = newConsole(random, clock)
	server := controllerserver.New(variant.Options)

	id, err := server.AddUser(controllerserver.User{UserName: login, Password: password, TimeZone: "UTC"})
	if err != nil {
		return nil, err
	}

	other, err := server.AddUser(controllerserver.User{UserName: otherLogin})
	if err != nil {
		return nil, err
	}

	timeless, words := chance(random, 0.25), asIs
	vague := timeless || strings.HasPrefix(variant.Name, "last use ")

	if timeless {
		variant.Name += ", with unreadable times of last use"
		words = withoutTimes
	}

	return &target{
		platform: "universal_controller", variant: "universal_controller, " + variant.Name,
		timeless: timeless, vague: vague, words: words, others: noTokens,
		undated: variant.Options.Console.NoDate,
		handler: server, context: server.Context(), userID: id, otherID: other, reusable: true,
		tokens: func() []row {
			var rows []row
			for _, t := range server.Tokens(login) {
				rows = append(rows, row{
					id: t.Name, name: t.Name, created: t.CreatedAt, used: t.LastUsedAt, expires: t.Expiration,
					alive: !t.Expired, expired: t.Expired,
				})
			}

			return rows
		},
		works:          server.Authenticates,
		credentials:    func(r *http.Request, secret string) { r.Header.Set("Authorization", "Bearer "+secret) },
		knock:          "/resources/user/token/list?userid=" + id,
		revoke:         func(r row) { server.RevokeToken(login, r.name) },
		add:            func(name string, expires time.Time) (string, error) { return server.AddToken(login, name, expires) },
		expireSessions: func() {},
		title: func() (title string) {
			_ = server.UpdateUser(login, func(u *controllerserver.User) { title = u.Title }) // The user always exists.

			return title
		},
		block: func(url string) map[string]any {
			return map[string]any{
				"url": url, "username": controllerserver.AdminUserName, "password": controllerserver.AdminPassword,
			}
		},
		own: func(url, secret string, named bool) map[string]any {
			if !named {
				return map[string]any{"url": url, "token": secret}
			}

			return map[string]any{"url": url, "username": login, "token": secret}
		},
		open: func(options rest.Options, _ bool) (pat.System, error) {
			return universalcontroller.New(universalcontroller.Options{
				Client: options, Username: controllerserver.AdminUserName, Password: controllerserver.AdminPassword,
			})
		},
		read:   func(r *http.Request, body []byte) call { return readController(server.Context(), r, body) },
		secret: func(answer []byte) string { return strings.TrimSpace(string(answer)) },
	}, nil
}

// The time of last use in a response: in JSON, as a string or a number, and in XML.
var (
	lastUseJSON = regexp.MustCompile(`("lastUsed":)("[0-9][^"]*"|[0-9]+)`)
	lastUseXML  = regexp.MustCompile(`(<lastUsed>)[0-9][^<]*`)
)

// withoutTimes replaces each time of last use in a response by words.
func withoutTimes(answer []byte) []byte {
	answer = lastUseJSON.ReplaceAll(answer, []byte(`${1}"vor drei Tagen"`))

	return lastUseXML.ReplaceAll(answer, []byte("${1}vor drei Tagen"))
}

func asIs(answer []byte) []byte { return answer }

func noTokens() []row { return nil }

func readController(context string, r *http.Request, body []byte) call {
	switch path := strings.TrimPrefix(r.URL.Path, context+"/resources/user/token"); {
	case path == "/list":
		return call{kind: kindLook}
	case path != "":
		return call{}
	case r.Method == http.MethodPost:
		var asked struct {
			Name       string `json:"name"`
			Expiration string `json:"expiration"`
		}

		_ = json.Unmarshal(body, &asked) // A body that cannot be parsed has no name.
		expires, _ := time.Parse(time.DateOnly, asked.Expiration)

		return call{kind: kindCreate, token: asked.Name, expires: expires}
	case r.Method == http.MethodDelete:
		return call{kind: kindRevoke, token: r.URL.Query().Get("tokenname")}
	default:
		return call{}
	}
}
