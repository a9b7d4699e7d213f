package absence

import (
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// notGone is a row of the table of responses that do not prove that anything does not exist: what
// happens to the provider's requests, and what its errors must say. Nothing may be dropped from state,
// revoked or issued.
type notGone struct {
	// on opens the sandbox, if the row needs a particular one.
	on func(t *testing.T) *providertest.Sandbox
	// meets changes the server, or the path to it; nil changes nothing.
	meets func(t *testing.T, s *standing)
	// caller returns the provider's configuration; nil means the administrator.
	caller func(t *testing.T, s *standing) map[string]any
	// said is what the server responded, and do what the user should do. Each error must contain both.
	said, do string
	// but holds other texts for operations in which a different request fails.
	but map[operation]reply
	// shown lists the data sources that can still be read.
	shown []string
	// readable says that reads work, and only revocations do not.
	readable bool
	// rotated and destroyed say that these operations rightly succeed.
	rotated, destroyed bool
	// dead says that the tokens really do not exist any more; only the proof is missing.
	dead bool
}

// operation is an operation on a resource.
type operation string

const (
	aRefresh    operation = "a refresh"
	aRotation   operation = "a rotation"
	aRetirement operation = "a retirement"
	aDestroy    operation = "a destroy"
)

// reply is the server's response and the advice, as in an error.
type reply struct{ said, do string }

// checkRows runs each row against a sandbox of its platform.
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

// run carries out every operation under the row's conditions, and checks that none had an effect.
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
		t.Errorf("%d tokens were requested", got-issued)
	}

	if row.dead { // With the proof, the resource can be destroyed.
		s.refreshes(t, s.admin(nil))
		s.destroys(t, s.admin(nil))
	}
}

// refreshes refreshes the resource and reads the data sources.
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
			t.Errorf("the data source %s returned no error", kind)
		}
	}
}

// rotates requests a new token.
func (row notGone) rotates(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors, _ := s.applies(t, settings, s.resource(2, nil))
	row.refuses(t, aRotation, errors)
}

// retires tries to revoke the predecessor that is due. A failure is a warning.
func (row notGone) retires(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors, warnings := s.applies(t, settings, s.resource(1, nil))
	row.refuses(t, aRetirement, errors+warnings)
}

// destroys destroys the resource.
func (row notGone) destroys(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	errors := strings.Join(s.state.Destroy(t, s.Serve(t, settings)), "\n")
	row.refuses(t, aDestroy, errors)

	if !row.readable {
		return
	}

	for _, summary := range [...]string{"Could not revoke a predecessor of the personal access token: ", "Could not revoke the personal access token: "} {
		if !strings.Contains(errors, summary) {
			t.Errorf("the destroy does not report %q", summary)
		}
	}
}

// refuses fails the test unless the text says what was attempted, what the server responded and what to
// do.
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
		t.Errorf("%s does not say what was attempted: %q", what, text)
	}
}
