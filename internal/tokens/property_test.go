package tokens

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIssueIsExactlyOnceInEffect issues up to three tokens on a platform that fails in any way, and
// checks what is left.
func TestIssueIsExactlyOnceInEffect(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		reusable := rapid.Bool().Draw(t, "reusable")
		order := rapid.SampledFrom([]Order{
			{UserID: user, Name: "ci"}, {UserID: user, NamePrefix: "ci-", Series: "abcdef"}, {UserID: user, NamePrefix: "ci-"},
		}).Draw(t, "order")
		errors := func(err error) *rapid.Generator[[]error] {
			return rapid.SliceOfN(rapid.SampledFrom([]error{nil, nil, err}), 0, 12)
		}

		system := newFake(reusable)
		system.creates = rapid.SliceOfN(
			rapid.SampledFrom([]outcome{done, refused, lostDone, lostNothing, lostLate}), 0, 9).Draw(t, "creates")
		system.looks = errors(errLook).Draw(t, "looks")
		system.revokes = errors(errRevoke).Draw(t, "revokes")
		outcomes := slices.Clone(system.creates)

		issuer := newIssuer(system)

		var (
			returned []string
			said     strings.Builder // the tokens that may be left, according to the errors
		)

		for range rapid.IntRange(1, 3).Draw(t, "orders") {
			result, err := issuer.Issue(t.Context(), order)
			if err != nil {
				said.WriteString(err.Error() + "\n")

				continue
			}

			returned = append(returned, result.Name)
			said.WriteString(strings.Join(result.Leftovers, "\n"))
		}

		live := system.live()

		for _, name := range live {
			if !slices.Contains(returned, name) && !strings.Contains(said.String(), name) {
				t.Errorf("%s is active, and no error names it: %s", name, said.String())
			}
		}

		for _, name := range returned {
			if !slices.Contains(live, name) {
				t.Errorf("%s was returned, but is not active", name)
			}
		}

		if len(system.duplicates) != 0 {
			t.Errorf("two tokens of one name: %v", system.duplicates)
		}

		if order.Name != "" && reusable {
			return
		}

		unsettled := map[string]bool{}

		for i, name := range system.created {
			if unsettled[name] {
				t.Errorf("%s was sent again: %v", name, system.created)
			}

			unsettled[name] = i >= len(outcomes) || outcomes[i] != refused
		}
	})
}
