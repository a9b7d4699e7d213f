package lifecycle

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestNewSeries_isASeries(t *testing.T) {
	t.Parallel()

	seen := map[string]bool{}

	for range 1000 {
		series := NewSeries()
		if !Series.MatchString(series) {
			t.Fatalf("%q is not a series", series)
		}

		seen[series] = true
	}

	if len(seen) < 990 {
		t.Errorf("1000 series, of which %d are different", len(seen))
	}
}

func TestGeneration(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		name, prefix, series string
		want                 int64
		ok                   bool
	}{
		"a generation":                    {name: "ci-abc234-7", prefix: "ci-", series: "abc234", want: 7, ok: true},
		"a name that only ends like one":  {name: "backup-server-2", prefix: "backup-", series: "abc234"},
		"another series":                  {name: "ci-zzz234-7", prefix: "ci-", series: "abc234"},
		"a longer prefix":                 {name: "my-ci-abc234-7", prefix: "ci-", series: "abc234"},
		"no number":                       {name: "ci-abc234-", prefix: "ci-", series: "abc234"},
		"generation 0":                    {name: "ci-abc234-0", prefix: "ci-", series: "abc234"},
		"a number with a leading zero":    {name: "ci-abc234-07", prefix: "ci-", series: "abc234"},
		"a number with a sign":            {name: "ci-abc234-+7", prefix: "ci-", series: "abc234"},
		"text after the number":           {name: "ci-abc234-7-old", prefix: "ci-", series: "abc234"},
		"more than any number":            {name: "ci-abc234-99999999999999999999", prefix: "ci-", series: "abc234"},
		"the largest number":              {name: "ci-abc234-9223372036854775807", prefix: "ci-", series: "abc234"},
		"a prefix that looks like a name": {name: "a-abc234-1-abc234-2", prefix: "a-abc234-1-", series: "abc234", want: 2, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, ok := Generation(test.name, test.prefix, test.series)
			if got != test.want || ok != test.ok {
				t.Errorf("got %d and %t, want %d and %t", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestGeneration_parsesEveryName(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.String().Draw(t, "prefix")
		series := rapid.StringMatching(`[a-z2-7]{6}`).Draw(t, "series")
		want := rapid.Int64Range(1, maxGeneration).Draw(t, "generation")

		got, ok := Generation(Name(prefix, series, want), prefix, series)
		if !ok || got != want {
			t.Fatalf("got %d and %t, want %d", got, ok, want)
		}
	})
}

func TestCheckName(t *testing.T) {
	t.Parallel()

	traits := pat.Traits{DisplayName: "Foreman", MaxNameLength: 20, ReservedNames: []string{"registry"}}

	for name, test := range map[string]struct{ text, err string }{
		"a word":                       {text: "ci"},
		"inner blanks":                 {text: "my token"},
		"quotes and brackets":          {text: `<"a'\>`},
		"as long as allowed, in runes": {text: strings.Repeat("ü", 20)},
		"too long by one":              {text: strings.Repeat("ü", 21), err: "21 characters, and Foreman allows 20"},
		"empty":                        {text: "", err: "blank"},
		"only blanks":                  {text: "  ", err: "blank"},
		"a leading blank":              {text: " ci", err: `write "ci"`},
		"a trailing no-break space":    {text: "ci\u00a0", err: `write "ci"`},
		"a line feed":                  {text: "a\nb", err: "control character"},
		"a NUL":                        {text: "a\x00b", err: "control character"},
		"not UTF-8":                    {text: "a\xffb", err: "UTF-8"},
		"a reserved name":              {text: "registry", err: "Foreman issues tokens with this name itself"},
		"almost a reserved name":       {text: "registry2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := CheckName(test.text, traits)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want an error with %q", err, test.err)
			}
		})
	}
}

func TestCheckPrefix_leavesRoomForSeriesAndGeneration(t *testing.T) {
	t.Parallel()

	traits := pat.Traits{DisplayName: "UC", MaxNameLength: 100}
	if err := CheckPrefix(strings.Repeat("p", 87), traits); err != nil {
		t.Errorf("87 characters: %v", err)
	}

	if err := CheckPrefix(strings.Repeat("p", 88), traits); err == nil {
		t.Error("88 characters leave no room for series and generation, but there is no error")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()

	series := Names{Series: "abc234", Prefixes: []string{"ci-", "old-", ""}}

	for name, test := range map[string]struct {
		want      int64
		resembles bool
	}{
		"ci-abc234-7": {want: 7, resembles: true}, "old-abc234-12": {want: 12, resembles: true}, "abc234-1": {want: 1, resembles: true},
		// Anyone can choose such a name.
		"old-ci-abc234-2": {resembles: true}, "abc234-1-abc234-12": {resembles: true}, "CI-abc234-3": {resembles: true},
		"ci-abc234-": {}, "ci-abc234-x": {}, "ci-abc234-07": {}, "ci-abc234-0": {}, "ci-abc234--1": {}, "ci-abc235-7": {}, "ci-abc234-7 ": {}, "": {},
		"ci-abc234-1000000": {},
	} {
		if got, ok := series.Generation(name); got != test.want || ok != (test.want > 0) {
			t.Errorf("%q: %d, %t; want %d", name, got, ok, test.want)
		}

		if series.Resembles(name) != test.resembles {
			t.Errorf("%q resembles the series: %t", name, !test.resembles)
		}
	}

	for _, none := range []Names{{Prefixes: []string{"ci-"}}, {Series: "abc234"}} {
		if _, ok := none.Generation("ci--1"); ok {
			t.Errorf("%+v has a generation", none)
		}

		if _, ok := none.Generation("ci-abc234-1"); ok {
			t.Errorf("%+v has a generation", none)
		}
	}
}

func TestNames_Orphans(t *testing.T) {
	t.Parallel()

	series := Names{Series: "abc234", Prefixes: []string{"ci-"}}
	token := func(id, name string, status pat.Status) pat.Token {
		return pat.Token{UserID: "5", ID: id, Name: name, Status: status}
	}

	got := series.Orphans([]pat.Token{
		token("1", "ci-abc234-1", pat.StatusActive), token("2", "ci-abc234-2", pat.StatusRevoked), token("3", "ci-abc234-3", pat.StatusExpired),
		token("4", "ci-abc234-4", pat.StatusActive), token("5", "old-ci-abc234-5", pat.StatusActive), token("6", "ci-abc234-6", pat.StatusActive),
	}, func(token pat.Token) bool { return token.ID == "4" })

	want := []Orphan{
		{Token: token("1", "ci-abc234-1", pat.StatusActive), Generation: 1}, {Token: token("6", "ci-abc234-6", pat.StatusActive), Generation: 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
