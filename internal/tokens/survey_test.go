package tokens

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// after is an order of a resource whose last generation was this one.
func after(generation int64) Order {
	order := generated()
	order.Generation = generation

	return order
}

func TestIssueGeneratesAName(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		order   Order
		there   []string // live tokens before the order
		known   string   // the one that the order knows
		revoked []string
		want    string
		orphans []string
	}{
		"the first of a new series":      {order: Order{UserID: user, NamePrefix: "ci-"}, want: "^ci-[a-z2-7]{6}-1$"},
		"the first of a series":          {order: generated(), want: "^ci-abcdef-1$"},
		"the next of a known generation": {order: after(4), known: "ci-abcdef-4", there: []string{"ci-abcdef-4"}, want: "^ci-abcdef-5$"},
		"the next of an existing generation": {
			order: generated(), there: []string{"ci-abcdef-2", "ci-abcdef-10"}, want: "^ci-abcdef-11$",
			orphans: []string{"ci-abcdef-2", "ci-abcdef-10"},
		},
		"the next of a known generation that does not exist any more": {
			order: after(7), known: "ci-abcdef-6", there: []string{"ci-abcdef-6"}, want: "^ci-abcdef-8$",
		},
		"the next, after an older request was processed late": {
			order: after(7), known: "ci-abcdef-7", there: []string{"ci-abcdef-6", "ci-abcdef-7"}, want: "^ci-abcdef-8$", orphans: []string{"ci-abcdef-6"},
		},
		"the next of a revoked generation": {order: generated(), revoked: []string{"ci-abcdef-3"}, want: "^ci-abcdef-4$"},
		"the next of a generation that another state or an interrupted run issued": {
			order: after(4), known: "ci-abcdef-4", there: []string{"ci-abcdef-4", "ci-abcdef-5", "ci-abcdef-7"}, want: "^ci-abcdef-8$",
			orphans: []string{"ci-abcdef-5", "ci-abcdef-7"},
		},
		"the next of an edited prefix": {
			order: Order{UserID: user, NamePrefix: "new-", Series: "abcdef", Generation: 4, Prefixes: []string{"ci-"}},
			there: []string{"ci-abcdef-5", "new-abcdef-6", "other-abcdef-9"}, want: "^new-abcdef-7$", orphans: []string{"ci-abcdef-5", "new-abcdef-6"},
		},
		"names that only look similar": {
			order: generated(), want: "^ci-abcdef-1$",
			there: []string{"ci-abcdef-x", "ci-abcdef-09", "ci-abcdefg-5", "ci-bcdefg-9", "ci-abcdef--1", "old-ci-abcdef-4"},
		},
		"a fixed name, which the prefix overrides": {order: Order{UserID: user, Name: "fixed", NamePrefix: "ci-", Series: "abcdef"}, want: "^ci-abcdef-1$"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(false)
			for _, name := range append(slices.Clone(test.revoked), test.there...) {
				if _, err := system.add(name); err != nil {
					t.Fatal(err)
				}
			}

			for _, token := range system.tokens {
				if token.Name == test.known {
					test.order.Known = append(test.order.Known, token)
				}
			}

			for i := range test.revoked {
				system.tokens[i].Status = pat.StatusRevoked
			}

			result, err := newIssuer(system).Issue(t.Context(), test.order)
			if err != nil {
				t.Fatal(err)
			}

			if !regexp.MustCompile(test.want).MatchString(result.Name) || result.Secret != secretOf(result.Token) {
				t.Errorf("issued %s", result.Name)
			}

			if lifecycle.Name(test.order.NamePrefix, result.Series, result.Generation) != result.Name {
				t.Errorf("series %s, generation %d of %s", result.Series, result.Generation, result.Name)
			}

			if diff := cmp.Diff(test.orphans, namesOf(result.Orphans)); diff != "" {
				t.Error(diff)
			}

			// It is not known which run issued them, so none was revoked.
			if live := system.live(); len(live) != len(test.there)+1 {
				t.Errorf("live: %v", live)
			}
		})
	}
}

func namesOf(orphans []lifecycle.Orphan) (names []string) {
	for _, orphan := range orphans {
		names = append(names, orphan.Token.Name)
	}

	return names
}

// If two resources share a series by mistake, the second issues no token.
func TestIssueRefusesASeriesOfAnotherResource(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		first, second Order
		refused       bool
	}{
		"two new ones":           {first: generated(), second: generated(), refused: true},
		"a new and an older one": {first: generated(), second: after(7), refused: true},
		"with another prefix that the second had": {
			first: generated(), second: Order{UserID: user, NamePrefix: "new-", Series: "abcdef", Prefixes: []string{"ci-"}}, refused: true,
		},
		"with another prefix": {first: generated(), second: Order{UserID: user, NamePrefix: "new-", Series: "abcdef"}},
		"with another series": {first: generated(), second: Order{UserID: user, NamePrefix: "ci-", Series: "bcdefg"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(false)
			i := newIssuer(system)

			if _, err := i.Issue(t.Context(), test.first); err != nil {
				t.Fatal(err)
			}

			_, err := i.Issue(t.Context(), test.second)
			if !test.refused {
				if err != nil {
					t.Error(err)
				}

				return
			}

			wantType[*SharedError](t, err)
			wantText(t, err, `"abcdef"`, `"ci-abcdef-1"`, "`series`")

			if len(system.live()) != 1 || len(system.created) != 1 {
				t.Errorf("live %v, requests for %v", system.live(), system.created)
			}
		})
	}
}

// The successor of a managed token does not belong to another resource.
func TestIssueOfASuccessorIsNoOtherResource(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	i := newIssuer(system)

	first, err := i.Issue(t.Context(), generated())
	if err != nil {
		t.Fatal(err)
	}

	order := after(1)
	order.Known = []pat.Token{first.Token}

	if result, err := i.Issue(t.Context(), order); err != nil || result.Generation != 2 || len(result.Orphans) != 0 {
		t.Errorf("%+v, %v", result, err)
	}
}
