package absence

import (
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// notGone is a row of the table of answers that do not prove anything to be gone: what
// the provider meets, and what it has to say of it. Nothing may be forgotten, revoked or
// issued.
type notGone struct {
	// on is the sandbox, where it is to be a particular one.
	on func(t *testing.T) *providertest.Sandbox
	// meets is what happens to the server, or between here and there; nil is nothing.
	meets func(t *testing.T, s *standing)
	// caller is the provider's configuration; nil is the administrator's.
	caller func(t *testing.T, s *standing) map[string]any
	// said is what the server said, and do what its reader is to do about it, as each
	// error shows them.
	said, do string
	// but is what some operations say in place of both, where another request fails there.
	but map[operation]reply
	// shown are the data sources that can be read all the same.
	shown []string
	// readable says that reads are answered as ever: only revocations are not.
	readable bool
	// rotated and destroyed say that these are carried out, and rightly so.
	rotated, destroyed bool
	// dead says that the tokens are gone indeed, and that only the proof is missing.
	dead bool
}

// operation is what is done to a resource.
type operation string

const (
	aRefresh    operation = "a refresh"
	aRotation   operation = "a rotation"
	aRetirement operation = "a retirement"
	aDestroy    operation = "a destroy"
)

// reply is what a server said, and what is to be done.
type reply struct{ said, do string }

// checkRows carries out each row against a sandbox of its platform.
func checkRows(t *testing.T, open func(*testing.T) *providertest.Sandbox, rows map[string]notGone) {
	t.Helper()

	kept := &standings{parent: t, open: open}

	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			switch {
			case row.on != nil:
				row.run(t, stand(t, row.on(t)))
			case row.dead:
				row.run(t, stand(t, open(t)))
			default:
				kept.lend(t, row.run)
			}
		})
	}
}

// run meets what the row says with every operation, and finds that nothing came of it.
func (row notGone) run(t *testing.T, s *standing) {
	t.Helper()

	settings := s.admin(nil)
	if row.caller != nil {
		settings = row.caller(t, s)
	}

	settings = having(settings, map[string]any{"max_retries": 0})

	if row.meets != nil {
		row.meets(t, s)
	}

	issued := s.Issued()

	if !row.readable {
		row.refreshes(t, s, settings)
	}

	if !row.readable && !row.rotated {
		row.rotates(t, s, settings)
	}

	if !row.destroyed {
		row.retires(t, s, settings)
		row.destroys(t, s, settings)
	}

	s.Console.ClearFaults()
	s.intact(t, row.dead)

	if got := s.Issued(); got != issued {
		t.Errorf("%d tokens were asked for", got-issued)
	}

	if row.dead { // To whom it is proved, it is gone.
		s.refreshes(t, s.admin(nil))
		s.destroys(t, s.admin(nil))
	}
}

// refreshes reads the resource, and the data sources too.
func (row notGone) refreshes(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	server := s.Serve(t, settings)
	row.refuses(t, aRefresh, strings.Join(s.state.Refresh(t, server), "\n"))

	for kind, arguments := range s.sources() {
		errors := strings.Join(providertest.ReadData(t, server, "opsaccess_"+kind, arguments), "\n")

		switch shown := slices.Contains(row.shown, kind); {
		case shown && errors != "":
			t.Errorf("the data source %s cannot be read: %s", kind, errors)
		case !shown && errors == "":
			t.Errorf("the data source %s is no error", kind)
		}
	}
}

// rotates has a successor issued.
func (row notGone) rotates(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors, _ := s.applies(t, settings, s.resource(2, nil))
	row.refuses(t, aRotation, errors)
}

// retires has the predecessor revoked that is due. That it cannot be is a warning.
func (row notGone) retires(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors, warnings := s.applies(t, settings, s.resource(1, nil))
	row.refuses(t, aRetirement, errors+warnings)
}

// destroys destroys.
func (row notGone) destroys(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors := strings.Join(s.state.Destroy(t, s.Serve(t, settings)), "\n")
	row.refuses(t, aDestroy, errors)

	if !row.readable {
		return
	}

	for _, summary := range [...]string{"Could not revoke a predecessor of the personal access token: ", "Could not revoke the personal access token: "} {
		if !strings.Contains(errors, summary) {
			t.Errorf("a destroy does not say %q", summary)
		}
	}
}

// refuses fails the test unless an operation says what was tried, what the server said and
// what to do.
func (row notGone) refuses(t *testing.T, what operation, text string) {
	t.Helper()
	saysWhatWasTried(t, string(what), text)

	want, ok := row.but[what]
	if !ok {
		want = reply{row.said, row.do}
	}

	for _, words := range [...]string{want.said, want.do} {
		if !strings.Contains(text, words) {
			t.Errorf("%s does not say %q: %q", what, words, text)
		}
	}
}

func saysWhatWasTried(t *testing.T, what, text string) {
	t.Helper()

	if !strings.Contains(text, "GET http://") && !strings.Contains(text, "DELETE http://") {
		t.Errorf("%s does not say what was tried: %q", what, text)
	}
}
