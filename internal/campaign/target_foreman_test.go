package campaign

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

var foremanTokens = regexp.MustCompile(`^/api(?:/v2)?/users/([^/]+)/personal_access_tokens(?:/([^/]+))?$`)

// newForeman returns a Foreman on which concurrent requests may issue two tokens with the same name, as
// on a real one.
func newForeman(random *rand.Rand, clock *clock) (*target, error) {
	console := newConsole(random, clock)
	server := foremanserver.New(foremanserver.Options{Console: console})

	id, err := server.AddUser(foremanserver.User{
		Login: login, Password: password,
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID}, LocationIDs: []int{foremanserver.DefaultLocationID},
	})
	if err != nil {
		return nil, err
	}

	other, err := server.AddUser(foremanserver.User{Login: otherLogin, Password: password})
	if err != nil {
		return nil, err
	}

	rowsOf := func(login string) (rows []row) {
		for _, t := range server.Tokens(login) {
			rows = append(rows, row{
				id: strconv.Itoa(t.ID), name: t.Name, created: t.CreatedAt, used: t.LastUsedAt, expires: t.ExpiresAt,
				alive: t.Active, expired: !t.Active && !t.Revoked,
			})
		}

		return rows
	}

	variant, others := "foreman", noTokens

	namesake := chance(random, 0.15)
	if namesake {
		results.meets("numeric logins")

		variant += ", with a user whose login is the id of the tokens' user"
		others = func() []row { return rowsOf(strconv.Itoa(id)) }

		if err := addNamesake(server, strconv.Itoa(id)); err != nil {
			return nil, err
		}
	}

	return &target{
		platform: "foreman", variant: variant, handler: server, userID: strconv.Itoa(id), otherID: strconv.Itoa(other),
		tokens: func() []row { return rowsOf(login) }, others: others, words: asIs, namesake: namesake, undated: console.NoDate,
		works:       func(secret string) bool { return server.Authenticates(login, secret) },
		credentials: func(r *http.Request, secret string) { r.SetBasicAuth(login, secret) },
		knock:       "/api/v2/current_user",
		revoke: func(r row) {
			if id, err := strconv.Atoi(r.id); err == nil {
				server.RevokeToken(login, id)
			}
		},
		add: func(name string, expires time.Time) (string, error) {
			_, secret, err := server.AddToken(login, name, expires)

			return secret, err
		},
		expireSessions: server.ExpireSessions,
		block: func(url string) map[string]any {
			return map[string]any{
				"url": url, "username": foremanserver.AdminLogin, "password": foremanserver.AdminPassword,
			}
		},
		own: func(url, secret string, _ bool) map[string]any {
			return map[string]any{"url": url, "username": login, "password": secret}
		},
		open: func(options rest.Options, session bool) (pat.System, error) {
			return foreman.New(foreman.Options{
				Client: options, Username: foremanserver.AdminLogin, Password: foremanserver.AdminPassword, NoSession: !session,
			})
		},
		read: readForeman,
		secret: func(answer []byte) string {
			var made struct {
				Value string `json:"token_value"`
			}

			_ = json.Unmarshal(answer, &made) // A response that cannot be parsed has no secret.

			return made.Value
		},
	}, nil
}

// addNamesake adds a user whose login is the id of another user, with tokens whose names look like
// those of that user. Foreman interprets a number in a path as a login first.
func addNamesake(server *foremanserver.Server, id string) error {
	_, err := server.AddUser(foremanserver.User{
		Login: id, Password: password,
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID}, LocationIDs: []int{foremanserver.DefaultLocationID},
	})

	for _, name := range []string{handStem + "a-0", "r0t0-abcdea-7", "n0t0-fixed"} {
		if err == nil {
			_, _, err = server.AddToken(id, name, time.Time{})
		}
	}

	return err
}

func readForeman(r *http.Request, body []byte) call {
	parts := foremanTokens.FindStringSubmatch(r.URL.Path)

	switch {
	case parts == nil:
		return call{}
	case r.Method == http.MethodPost:
		var asked struct {
			Token struct {
				Name    string    `json:"name"`
				Expires time.Time `json:"expires_at"`
			} `json:"personal_access_token"`
		}

		_ = json.Unmarshal(body, &asked) // A body that cannot be parsed has no name.

		return call{kind: kindCreate, token: asked.Token.Name, expires: asked.Token.Expires}
	case r.Method == http.MethodDelete:
		return call{kind: kindRevoke, token: parts[2]}
	case parts[2] == "":
		return call{kind: kindLook}
	default:
		return call{}
	}
}

func noSleep(context.Context, time.Duration) {}
