package property

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Texts that look like secrets. No diagnostic may quote them.
const (
	ageKeyBody = "QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGP"
	sshKeyBody = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2g"
	tokenBody  = "ucp_Zm9yLXRlc3RzLWFuZC1mb3Itbm9ib2R5LWVsc2U" //nolint:gosec // It belongs to no account.

	ageKey  = "AGE-SECRET-KEY-1" + ageKeyBody
	sshKey  = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + sshKeyBody + "\n-----END OPENSSH PRIVATE KEY-----\n"
	patLike = tokenBody
)

// sample is a value of a domain, or a function that returns it for the world of a case.
type sample any

// sampled returns a sample's value in a world.
func sampled(v sample, w *world) any {
	if made, ok := v.(func(*world) any); ok {
		return made(w)
	}

	return v
}

// domains returns the domains of all constructs' arguments, by construct and path. null is in every
// domain, and each value is also tested as unknown at first.
func domains() map[string][]sample {
	all := map[string][]sample{}

	add := func(construct string, of map[string][]sample) {
		for argument, values := range of {
			all[construct+" "+argument] = append([]sample{nil}, values...)
		}
	}

	add("resource "+providertest.TokenType, tokenDomains())
	add("resource "+providertest.UserType, userDomains())
	add("ephemeral "+providertest.TokenType, map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(), "name_prefix": samplePrefixes(), "expires_in": sampleDurations("30m", "36h", "365d"),
		"applying": {true, false},
	})
	add("data "+providertest.TokenType, map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(), "name": append(sampleSecrets(), "beta-1", "nowhere", "", " ", " beta-1", "a\nb"),
		"token_id": append(sampleSecrets(), func(w *world) any { return w.tokenID("beta-1") }, "", " ", "0", "abc", "1abc",
			"99999999", "-1", strings.Repeat("0", 129), strings.Repeat("1", 128)),
	})
	add("data opsaccess_user", map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(), "show_tokens": {true, false},
	})
	add("data opsaccess_users", map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(), "show_tokens": {true, false},
	})
	add("data opsaccess_current_user", map[string][]sample{"show_tokens": {true, false}})
	add("action "+providertest.RevokeType, map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(), "name_prefix": sampleFilterPrefixes(), "created_before": sampleInstants(),
		"unused_for": sampleDurations("1d", "30d", "100d"), "status": sampleStatuses(), "all": {true, false}, "include_own_user": {true, false},
		"dry_run": {true, false},
	})

	for _, listing := range []string{"data opsaccess_personal_access_tokens", "list " + providertest.TokenType} {
		add(listing, map[string][]sample{
			"username": sampleUsernames(), "user_id": sampleUserIDs(), "name_prefix": sampleFilterPrefixes(), "status": sampleStatuses(),
			"expires_before": sampleInstants(), "unused_for": sampleDurations("1d", "30d", "100d"),
		})
		add(listing, foremanListings([]sample{"id", "id ASC", "name DESC", "user_id"}))
	}

	add("data opsaccess_users", foremanListings([]sample{"login", "login DESC", "id ASC"}))
	add("provider", settingDomains())

	return all
}

// tokenDomains returns the domains of the token resource.
func tokenDomains() map[string][]sample {
	key := func(i int) func(*world) any { return func(w *world) any { return w.keys[i] } }
	set := func(elements ...sample) func(*world) any {
		return func(w *world) any {
			recipients := []any{}
			for _, element := range elements {
				recipients = append(recipients, sampled(element, w))
			}

			return recipients
		}
	}

	return map[string][]sample{
		"username": sampleUsernames(), "user_id": sampleUserIDs(),
		"name": append(sampleSecrets(), "n-1", "registry", "ünïcödé 令牌", "", " ", " padded", "padded\t", "a\nb", "a\x00b", "x\u0085y",
			strings.Repeat("n", 100), strings.Repeat("n", 101), strings.Repeat("n", 300)),
		"name_prefix": append(samplePrefixes(), "p-", "p-b"),
		"series":      append(sampleSecrets(), "abcdef", "zyx765", "", " ", "ABCDEF", "abcde", "abcdefg", "abcde1", "abcde\n"),
		"expires_in":  sampleDurations("30d", "60d", "11d", "13h", "1w2d3h4m5s"),
		"expires_at":  sampleInstants(),
		"rotation": {
			map[string]any{},
			map[string]any{"before_expiry": "10d"},
			map[string]any{"max_age": "1d"},
			map[string]any{"triggers": map[string]any{}},
			map[string]any{"triggers": map[string]any{"k": nil}},
			map[string]any{"overlap": "0s"},
			map[string]any{"overlap": "1d", "before_expiry": "1h"},
			map[string]any{"hold_if_used_within": "2d"},
			map[string]any{"before_expiry": ""},
		},
		"rotation.before_expiry": sampleDurations("10d", "5d", "29d", "30d", "100d"),
		"rotation.max_age":       sampleDurations("1d", "29d", "30d", "100d"),
		"rotation.triggers": {
			map[string]any{},
			map[string]any{"k": "1"},
			map[string]any{"k": "2"},
			map[string]any{"k": nil},
			map[string]any{"k": "1", "l": ""},
			map[string]any{"": "1"},
			map[string]any{"k": ageKey},
			map[string]any{"k": patLike},
		},
		"rotation.overlap":             append(sampleDurations("1d", "48h", "9d", "11d"), "0s", "0d0h"),
		"rotation.hold_if_used_within": sampleDurations("2d", "7d", "1h"),
		"encrypt_to": {
			set(), set(nil), set(""), set(" "), set("age1"), set(ageKey), set(sshKey), set(patLike), set(key(0)), set(key(1), key(0)),
			set(key(2)), set(key(0), nil), set(key(0), ageKey), set(key(0), key(2)), set("ssh-rsa " + sshKeyBody),
			set(strings.ToLower(ageKey)), set(" " + ageKey), set("ssh-ed25519 " + ageKey), set("age1" + ageKeyBody), set("# " + ageKey),
		},
		"reissue_when_invalid": {true, false},
	}
}

// userDomains returns the domains of the resource that modifies a user.
func userDomains() map[string][]sample {
	domains := map[string][]sample{"username": sampleUsernames(), "user_id": sampleUserIDs(), "allow_self": {true, false}}

	for _, property := range pat.AllProperties() {
		values := append(sampleSecrets(), "x", "Dr.", "ünïcödé 令牌", "<&>\"'", "", " ", " padded", "a\nb", "Standard", strings.Repeat("n", 300))

		switch {
		case property.IsFlag():
			values = []sample{true, false}
		case property.IsAccess():
			values = append(sampleSecrets(), "Yes", "No", "-- System Default --", "", "yes", "true")
		}

		domains[string(property)] = values
	}

	return domains
}

// sampleSecrets returns secrets that were pasted into the wrong argument.
func sampleSecrets() []sample {
	return []sample{ageKey, strings.ToLower(ageKey), sshKey, patLike, "x " + ageKey}
}

func sampleUsernames() []sample {
	return append(
		sampleSecrets(), func(w *world) any { return w.user.Login }, func(w *world) any { return w.other.Login },
		func(w *world) any { return strings.ToUpper(w.user.Login) }, func(w *world) any { return " " + w.user.Login },
		"nobody", "", " ", "a\nb", "a\x00b", "*", strings.Repeat("u", 300),
	)
}

func sampleUserIDs() []sample {
	return append(
		sampleSecrets(), func(w *world) any { return w.user.ID }, func(w *world) any { return w.other.ID },
		func(w *world) any { return w.user.ID + "\n" }, "99999999", strings.Repeat("0", 32), "", " ", "0", "-1", "5abc", "nobody", "5-~", "..",
	)
}

func samplePrefixes() []sample {
	return append(sampleSecrets(), "q-", "registry", "", " ", "p- ", "a\nb", "\x1b[31m",
		strings.Repeat("p", 87), strings.Repeat("p", 88), strings.Repeat("p", 300))
}

func sampleFilterPrefixes() []sample {
	return append(sampleSecrets(), "alpha-", "beta-1", "nothing-", "ALPHA-", "%", "*", "", " ", "\n", "a\x00")
}

func sampleStatuses() []sample {
	return append(sampleSecrets(), "active", "expired", "revoked", "missing", "Active", "", " ")
}

// sampleDurations returns these valid durations, and invalid ones.
func sampleDurations(readable ...sample) []sample {
	return append(append(readable, sampleSecrets()...), "", " ", "0s", "0", "90", "-1d", "1.5h", "3M", "1d ", "1d\n", "d", "1w 2d",
		"36525d", "36526d", "99999999999999999999d", "9223372036854775807s", "١d")
}

func sampleInstants() []sample {
	ago := func(by time.Duration) func(*world) any { return func(w *world) any { return w.in(by) } }

	return append(
		sampleSecrets(), ago(10*providertest.Day), ago(40*providertest.Day), ago(-5*providertest.Day), ago(-50*providertest.Day), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
		"0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "10000-01-01T00:00:00Z", "", " ", "never",
		"2031-05-06", "2031-02-30T00:00:00Z", "2031-05-06T07:08:09", "2031-05-06T00:00:00.5Z", "2031-05-06T00:00:00Z\n",
		"2131-05-06T07:08:09Z", "2131-05-06T02:00:00+02:00", "0", "1893456000",
	)
}

func foremanListings(orders []sample) map[string][]sample {
	numbers := func(more ...sample) []sample { return append(more, 0, -1, int64(1)<<53) }
	of := map[string][]sample{"": {map[string]any{}}}

	of["search"] = append(sampleSecrets(), `name ~ "beta"`, "", " ", "\n", "(((", "nothing = here")
	of["order"] = append(append(orders, sampleSecrets()...), "", " ", "created_at", "name ASC id", "id asc", "id;")
	of["page"], of["per_page"] = numbers(1, 2, 1000), numbers(1, 2, 20)
	of["organization_id"], of["location_id"] = numbers(1, 99999), numbers(1, 99999)

	at := map[string][]sample{}
	for name, values := range of {
		at[strings.TrimSuffix("foreman."+name, ".")] = values
	}

	return at
}

// settingDomains returns the domains of the provider block. The object of a platform is tested with the
// sandbox of that platform.
func settingDomains() map[string][]sample {
	texts := append(sampleSecrets(), "", " ", "a\nb", "x\r", "\ufeffx", "a\x00b")
	urls := append(slices.Clone(texts), func(w *world) any { return w.s.URL }, func(w *world) any { return w.s.URL + "/" },
		func(w *world) any { return " " + w.s.URL }, func(w *world) any { return w.s.URL + "\n" },
		func(w *world) any { return strings.Replace(w.s.URL, "http://", "", 1) }, "https://u:"+patLike+"@example.com", "ftp://example.com",
		"https://", "http://127.0.0.1:1", "https://example.com/?token="+patLike)
	logins := append(slices.Clone(texts), func(w *world) any { return w.s.Login }, "a:b", "nobody")
	words := append(slices.Clone(texts), func(w *world) any { return w.s.Password }, func(w *world) any { return w.s.Password + "\n" }, "wrong")
	numbers := []sample{1, 0, -1, int64(1) << 40}

	of := map[string][]sample{
		"foreman": {map[string]any{}}, "foreman.url": urls, "foreman.username": logins, "foreman.password": words,
		"foreman.organization_id": numbers, "foreman.location_id": numbers, "foreman.session": {true, false},
		"universal_controller": {map[string]any{}}, "universal_controller.url": urls, "universal_controller.username": logins,
		"universal_controller.password": words, "universal_controller.token": texts,
		"request_timeout": sampleDurations("60s", "2m", "1s"), "max_retries": {0, 1, 20, 21, -1, int64(1) << 40},
		"max_concurrent_requests": {1, 10, 100, 101, 0, -1}, "insecure_skip_verify": {true, false},
		"tls_server_name": append(slices.Clone(texts), "foreman.example.com", "127.0.0.1", "::1", "https://foreman.example.com", "h:443"),
		"headers": {
			map[string]any{},
			map[string]any{"X-Gateway": patLike},
			map[string]any{"X-Gateway": patLike + "\n"},
			map[string]any{"X-Gateway": ""},
			map[string]any{"Authorization": patLike},
			map[string]any{"X Gateway": patLike},
		},
	}

	for _, argument := range []string{"ca_certificate", "client_certificate", "client_key"} {
		of[argument] = append(slices.Clone(texts), "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	}

	return of
}

// argumentPaths returns the sorted paths of all arguments that can be configured.
func argumentPaths(prefix string, attributes []*tfprotov6.SchemaAttribute) (found []string) {
	for _, attribute := range attributes {
		if !attribute.Optional && !attribute.Required {
			continue
		}

		path := strings.TrimPrefix(prefix+"."+attribute.Name, ".")
		found = append(found, path)

		if attribute.NestedType != nil {
			found = append(found, argumentPaths(path, attribute.NestedType.Attributes)...)
		}
	}

	slices.Sort(found)

	return found
}

// TestProperty_everyArgumentHasADomain fails if a new argument has no domain. With a domain, all
// property tests cover it.
func TestProperty_everyArgumentHasADomain(t *testing.T) {
	t.Parallel()

	left := domains()

	for construct, schema := range providertest.Schemas(t) {
		for _, argument := range argumentPaths("", schema.Block.Attributes) {
			of := construct + " " + argument
			if len(left[of]) < 2 {
				t.Errorf("%s has no domain: give it one in domains()", of)
			}

			delete(left, of)
		}
	}

	for _, of := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("%s has a domain, but is not an argument", of)
	}
}

// briefly formats a value for a report: on one line, without texts that look like secrets.
func briefly(v any) string {
	if v == nil {
		return "null"
	}

	text := fmt.Sprintf("%#v", v)
	if texts, ok := v.(string); ok {
		text = fmt.Sprintf("%q", texts)
	}

	for label, secret := range map[string]string{
		"<age key>": ageKeyBody, "<age key in lower case>": strings.ToLower(ageKeyBody), "<ssh key>": sshKeyBody, "<token>": tokenBody,
	} {
		text = strings.ReplaceAll(text, secret, label)
	}

	text = strings.NewReplacer("map[string]interface {}", "", "[]interface {}", "", "interface {}", "").Replace(text)
	if len(text) > 160 {
		text = text[:157] + "…"
	}

	return text
}
