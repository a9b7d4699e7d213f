package issuer

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
		order    Order
		there    []string // live tokens before
		known    string   // the one of them that the order knows
		used     bool     // whether they were
		revoked  []string
		want     string
		siblings []string
		// discarded are what is revoked of what is there.
		discarded []string
	}{
		"the first of a new lineage":     {order: Order{UserID: user, NamePrefix: "ci-"}, want: "^ci-[a-z2-7]{6}-1$"},
		"the first of a lineage":         {order: generated(), want: "^ci-abcdef-1$"},
		"the next of a known generation": {order: after(4), known: "ci-abcdef-4", there: []string{"ci-abcdef-4"}, want: "^ci-abcdef-5$"},
		"the next of what is there": {
			order: generated(), there: []string{"ci-abcdef-2", "ci-abcdef-10"}, want: "^ci-abcdef-11$",
			siblings: []string{"ci-abcdef-2", "ci-abcdef-10"},
		},
		"the next of what is known, though less is there": {
			order: after(7), known: "ci-abcdef-6", there: []string{"ci-abcdef-6"}, want: "^ci-abcdef-8$",
		},
		"the next, where an older request was carried out late": {
			order: after(7), known: "ci-abcdef-7", there: []string{"ci-abcdef-6", "ci-abcdef-7"}, want: "^ci-abcdef-8$", discarded: []string{"ci-abcdef-6"},
		},
		"the next of what was revoked": {order: generated(), revoked: []string{"ci-abcdef-3"}, want: "^ci-abcdef-4$"},
		"the next of what an interrupted run left": {
			order: after(4), known: "ci-abcdef-4",
			there: []string{"ci-abcdef-4", "ci-abcdef-5", "ci-abcdef-7"}, want: "^ci-abcdef-8$",
			discarded: []string{"ci-abcdef-5", "ci-abcdef-7"},
		},
		"the next of what is in use": {
			order: Order{UserID: user, NamePrefix: "ci-", Lineage: "abcdef", Generation: 4}, used: true,
			there: []string{"ci-abcdef-5"}, want: "^ci-abcdef-6$", siblings: []string{"ci-abcdef-5"},
		},
		"names that merely look alike":     {order: generated(), there: []string{"ci-abcdef-x", "ci-abcdef-09", "ci-abcdefg-5", "ci-bcdefg-9", "ci-abcdef--1"}, want: "^ci-abcdef-1$"},
		"a fixed name besides, that loses": {order: Order{UserID: user, Name: "fixed", NamePrefix: "ci-", Lineage: "abcdef"}, want: "^ci-abcdef-1$"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(false)
			for _, name := range append(slices.Clone(test.revoked), test.there...) {
				if _, err := system.add(name); err != nil {
					t.Fatal(err)
				}
			}

			for i, token := range system.tokens {
				system.tokens[i].Used = test.used

				if token.Name == test.known {
					test.order.Known = append(test.order.Known, token.Key())
				}
			}

			for i := range test.revoked {
				system.tokens[i].Status = pat.StatusRevoked
			}

			result, err := newIssuer(system).Issue(t.Context(), test.order)
			if err != nil {
				t.Fatal(err)
			}

			if !regexp.MustCompile(test.want).MatchString(result.Name) || result.Secret != secret {
				t.Errorf("issued %s", result.Name)
			}

			if lifecycle.Name("ci-", result.Lineage, result.Generation) != result.Name {
				t.Errorf("lineage %s, generation %d of %s", result.Lineage, result.Generation, result.Name)
			}

			if diff := cmp.Diff(test.siblings, namesOf(result.Siblings)); diff != "" {
				t.Error(diff)
			}

			if diff := cmp.Diff(test.discarded, namesOf(result.Discarded)); diff != "" {
				t.Error(diff)
			}

			if live := system.live(); len(live) != len(test.there)-len(test.discarded)+1 {
				t.Errorf("live: %v", live)
			}
		})
	}
}

func namesOf(tokens []pat.Token) (names []string) {
	for _, token := range tokens {
		names = append(names, token.Name)
	}

	return names
}

// Two resources that share a lineage by mistake do not revoke each other's new tokens.
func TestIssueLeavesAloneWhatItIssuedItself(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	i := newIssuer(system)

	if _, err := i.Issue(t.Context(), generated()); err != nil {
		t.Fatal(err)
	}

	if _, err := i.Issue(t.Context(), generated()); err != nil {
		t.Fatal(err)
	}

	result, err := i.Issue(t.Context(), after(1))
	if err != nil || len(result.Discarded) != 0 || len(result.Siblings) != 2 || len(system.live()) != 3 {
		t.Errorf("%v; discarded %v, siblings %v", err, result.Discarded, result.Siblings)
	}
}

// What cannot be revoked is kept in mind like what is in use.
func TestIssueKeepsInMindWhatItCouldNotRevoke(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.revokes = []error{errRevoke}

	if _, err := system.add("ci-abcdef-2"); err != nil {
		t.Fatal(err)
	}

	result, err := newIssuer(system).Issue(t.Context(), after(1))
	if err != nil || len(result.Discarded) != 0 || len(result.Siblings) != 1 || result.Generation != 3 {
		t.Errorf("%v; discarded %v, siblings %v", err, result.Discarded, result.Siblings)
	}
}
