package systemtest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// runCancellations tests for each method that it returns as soon as its context ends. The tests run in
// synctest bubbles, in which time passes only when every goroutine is blocked: a call that waits for
// anything other than its context shows up as elapsed time.
func runCancellations(t *testing.T, platform Platform) {
	t.Helper()

	for _, call := range callsOf(platform) {
		for name, test := range map[string]func(*scene, operation){
			"sends nothing when its context has ended":         cancelledBefore,
			"ends with its context":                            cancelledInside,
			"ends with the deadline of its context":            deadlineInside,
			"is not affected when another caller is cancelled": cancelledBeside,
		} {
			t.Run(call.name+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { test(newScene(t, platform), call) })
			})
		}
	}
}

func cancelledBefore(s *scene, call operation) {
	on := s.addSubject()
	fresh := s.server.Open(s, s.Administrator)

	ctx, cancel := context.WithCancel(s.ctx)
	cancel()

	for _, system := range []pat.System{fresh, s.admin} {
		s.sendsNothing(call.name, func() { s.ended(call, call.do(ctx, system, on), context.Canceled, "transient") })
	}

	s.live("after the cancelled calls", "alice", 1)
}

// ended checks the error of a call whose context has ended.
func (s *scene) ended(call operation, err, cause error, kinds ...string) {
	s.Helper()

	s.fails(call.name, err, kinds...)

	if call.name == "Create" && verdict.Of(err) == "transient" {
		s.live("after a Create whose error says that it had no effect", "alice", 1)
	}

	if !errors.Is(err, cause) {
		s.Errorf("%s: the error does not wrap %v: %v", call.name, cause, err)
	}
}

// kinds returns the kinds of error that a call may return if its context ends while the server handles
// a request. changing says that this is a request that changes something.
func (o operation) kinds(changing bool) []string {
	switch {
	case !o.changes:
		return []string{"transient"}
	case changing && o.name == "Create":
		return []string{"ambiguous"}
	default:
		return []string{"ambiguous", "transient"}
	}
}

func cancelledInside(s *scene, call operation) {
	on := s.addSubject()

	for _, changing := range []bool{false, true} {
		if changing && !call.changes {
			continue
		}

		ctx, cancel := context.WithCancel(s.ctx)
		remove := s.server.Before(changing, func(request context.Context) {
			cancel()
			<-request.Done()
		})

		before := time.Now()
		err := call.do(ctx, s.server.Open(s, s.Administrator), on)
		waited := time.Since(before)

		synctest.Wait()
		remove()
		s.ended(call, err, context.Canceled, call.kinds(changing)...)

		if waited != 0 {
			s.Errorf("%s returned %s after its context ended", call.name, waited)
		}
	}
}

func deadlineInside(s *scene, call operation) {
	on := s.addSubject()

	remove := s.server.Before(false, func(request context.Context) { <-request.Done() })
	defer remove()

	before := time.Now()

	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()

	err := call.do(ctx, s.server.Open(s, s.Administrator), on)
	waited := time.Since(before)

	synctest.Wait()
	s.ended(call, err, context.DeadlineExceeded, call.kinds(false)...)

	if waited != 5*time.Second {
		s.Errorf("%s returned after %s, want the deadline of 5s", call.name, waited)
	}
}

// cancelledBeside starts two calls on an unused System. The first waits for the server, the second is
// cancelled, and only then does the server respond to the first.
func cancelledBeside(s *scene, call operation) {
	on := s.addSubject()
	system := s.server.Open(s, s.Administrator)

	answer := make(chan struct{})
	remove := s.server.Before(false, func(request context.Context) {
		select {
		case <-answer:
		case <-request.Done():
		}
	})

	var (
		first  error
		others sync.WaitGroup
	)

	others.Go(func() { first = call.do(s.ctx, system, on) })
	synctest.Wait()

	ctx, cancel := context.WithCancel(s.ctx)

	var second error

	beside := call
	if call.changes {
		beside = callsOf(s.Platform)[0]
	}

	others.Go(func() { second = beside.do(ctx, system, on) })
	synctest.Wait()

	before := time.Now()

	cancel()
	synctest.Wait()
	s.ended(beside, second, context.Canceled, "transient")
	close(answer)
	others.Wait()
	remove()
	s.succeeds(call.name+", while another call was cancelled", first)

	if waited := time.Since(before); waited != 0 {
		s.Errorf("the calls took %s longer", waited)
	}
}
