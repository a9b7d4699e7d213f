package systemtest

import (
	"fmt"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// concurrencyTests run calls concurrently, mainly for the race detector.
func concurrencyTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"concurrent calls of all methods":  allAtOnce,
		"concurrent Creates with one name": oneName,
	}
}

// atOnce runs a function n times concurrently.
func atOnce(n int, run func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { run(i) })
	}

	group.Wait()
}

func allAtOnce(s *scene) {
	const workers, each = 8, 3

	on := s.addSubject()
	id := on.token.UserID
	issued := make([][]pat.Issued, workers)

	atOnce(workers, func(worker int) {
		for n := range each {
			name := fmt.Sprintf("w%d-%d", worker, n)

			token, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
			if err != nil || token.Name != name {
				s.Errorf("Create %s: %+v, %v", name, token.Token, err)

				return
			}

			issued[worker] = append(issued[worker], token)

			for _, call := range s.calls() {
				if call.changes {
					continue
				}

				if err := call.do(s.ctx, s.admin, on); err != nil {
					s.Errorf("%s: %v", call.name, err)
				}
			}

			if n == 0 {
				if err := s.admin.Revoke(s.ctx, token.Token); err != nil {
					s.Errorf("Revoke %s: %v", name, err)
				}
			}
		}
	})

	secrets := map[pat.Secret]bool{}

	for _, tokens := range issued {
		for i, token := range tokens {
			secrets[token.Secret] = true

			if lives := s.server.Authenticates("alice", token.Secret); lives != (i > 0) {
				s.Errorf("%s is alive: %t", token.Name, lives)
			}
		}
	}

	if len(secrets) != workers*each {
		s.Errorf("%d different secrets, want %d", len(secrets), workers*each)
	}

	s.live("after the concurrent calls", "alice", 1+workers*(each-1))
}

// oneName creates tokens with the same name concurrently. Where a live token's name cannot be reused,
// one call succeeds and the server refuses all others.
func oneName(s *scene) {
	if s.AllowsTwins {
		return // All calls succeed, so there is nothing to test.
	}

	id := s.server.AddUser(s, "alice")
	errs := make([]error, 8)

	atOnce(len(errs), func(i int) {
		_, errs[i] = s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
	})

	refused := 0

	for _, err := range errs {
		if err != nil {
			refused++

			s.fails("Create", err, "validation")
		}
	}

	if refused != len(errs)-1 {
		s.Errorf("%d of %d calls were refused", refused, len(errs))
	}

	s.live("after the concurrent calls", "alice", 1)
}
