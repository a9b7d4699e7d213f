package tokens

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// If a token is identified only by its name, the newest token of that name may not be the recorded
// one.
func TestLook_findsTheRecordedTokenAmongItsNamesakes(t *testing.T) {
	t.Parallel()

	older := pat.Token{
		UserID: user, ID: "deploy", Name: "deploy", Status: pat.StatusActive,
		CreatedAt: time.Date(2028, 2, 27, 12, 0, 0, 0, time.UTC), ExpiresAt: time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC),
	}
	newer, unknown := older, older
	newer.CreatedAt, newer.ExpiresAt = older.CreatedAt.Add(time.Hour), older.ExpiresAt.AddDate(0, 0, 7)
	unknown.CreatedAt = time.Time{}

	for name, test := range map[string]struct {
		recorded pat.Token
		there    []pat.Token
		want     pat.Token // Zero means that it does not exist.
	}{
		"alone":                            {older, []pat.Token{older}, older},
		"the newer of two":                 {newer, []pat.Token{older, newer}, newer},
		"the older of two":                 {older, []pat.Token{older, newer}, older},
		"only another one":                 {older, []pat.Token{newer}, pat.Token{}},
		"none":                             {older, nil, pat.Token{}},
		"of an unknown time, the only one": {unknown, []pat.Token{newer}, newer},
		"of an unknown time, one of two":   {unknown, []pat.Token{older, newer}, unknown},
		"on a server that sends no times":  {older, []pat.Token{unknown}, unknown},
		"on a server that sends no times, one of two": {older, []pat.Token{unknown, newer}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(true)
			system.tokens = test.there

			got, gone, err := findRecorded(t.Context(), system, test.recorded)
			if err != nil || (gone != nil) != (test.want == pat.Token{}) || got != test.want {
				t.Errorf("%v, gone %v, %v; want %v", got, gone, err, test.want)
			}
		})
	}
}

// Another server may have a token of any name. Without the time of creation, an equal name proves
// nothing there.
func TestRequireServer_requiresTheTimeOfCreation(t *testing.T) {
	t.Parallel()

	created := time.Date(2028, 2, 27, 12, 0, 0, 0, time.UTC)

	for name, test := range map[string]struct {
		ids             bool
		server          string
		recorded, there time.Time
		want            bool
	}{
		"the same time":                 {server: "https://old.example.com", recorded: created, there: created, want: true},
		"another time":                  {server: "https://old.example.com", recorded: created, there: created.Add(1)},
		"none recorded":                 {server: "https://old.example.com", there: created},
		"none sent":                     {server: "https://old.example.com", recorded: created},
		"none recorded, with token ids": {ids: true, server: "https://old.example.com", there: created, want: true},
		"none recorded, the same URL":   {server: "https://new.example.com", there: created, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			token := pat.Token{UserID: user, ID: "deploy", Name: "deploy", CreatedAt: test.there}
			system := newFake(!test.ids)
			system.server, system.tokens = "https://new.example.com", []pat.Token{token}
			e := NewEngine(Options{System: system, Direct: system})

			token.CreatedAt = test.recorded

			var notices Notices

			record := AdoptedRecord(pat.User{ID: user}, token)
			record.Server, record.Platform = lifecycle.Known(test.server), lifecycle.Known(system.traits.Platform)

			if got := e.requireServer(t.Context(), record, &notices); got != test.want || notices.Failed() == test.want {
				t.Errorf("on this server: %t, want %t; notices %v", got, test.want, notices)
			}
		})
	}
}
