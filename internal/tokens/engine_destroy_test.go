package tokens

import (
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// A destroy revokes the live token and its predecessors. If that fails, the record holds exactly the
// tokens that are still active.
func TestDestroy(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		failing func(s *stage) []string // The ids of the tokens that cannot be revoked.
		want    []string
		status  pat.Status
		left    []int64
	}{
		"nothing fails": {failing: func(*stage) []string { return nil }, status: pat.StatusRevoked},
		"the live token cannot be revoked": {
			failing: func(s *stage) []string { return []string{s.state.Current.ID.V} }, want: []string{"StepFailed Revoke"}, status: pat.StatusActive,
		},
		"the predecessor cannot be revoked": {
			failing: func(s *stage) []string { return []string{s.state.Previous.V[0].Token.ID} }, want: []string{"StepFailed RevokePredecessor"},
			status: pat.StatusRevoked, left: []int64{1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachStanding(t, func(t *testing.T, s *stage) {
				failing := test.failing(s)
				s.system.fails = func(what call, about string) error {
					if what == callRevoke && slices.Contains(failing, about) {
						return errRevoke
					}

					return nil
				}

				live := s.state.LiveToken()
				left, said := s.engine.Destroy(t.Context(), s.state)
				s.wantNotices(said, test.want...)

				if left.Current.Status.V != test.status || s.engine.registry.Has(live) != (test.status == pat.StatusActive) {
					t.Errorf("the status is %s, and the registry has the token as live: %t", left.Current.Status.V, s.engine.registry.Has(live))
				}

				s.state = left
				s.wantPrevious(test.left...)
				s.system.fails = nil

				_, said = s.engine.Destroy(t.Context(), s.state)
				s.wantNotices(said)
				s.wantLive()
				s.wantIssued(2)
			})
		})
	}
}
