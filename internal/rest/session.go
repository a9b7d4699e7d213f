package rest

import (
	"net/http"
	"sync"
)

// Session keeps what a server gave to spare the next login, usually one cookie. Its
// methods are never called at the same time.
//
// A 401 to a request that carried the session is no refusal of the credentials: the
// session is forgotten, and the request is sent once more without it.
type Session interface {
	// Attach adds the session to a request that already has the credentials, which it
	// may remove. It says whether there was a session to add.
	Attach(request *http.Request) bool
	// Learn takes the session, if there is one, from an answer with a status of 200 to
	// 299. It must not read the body.
	Learn(response *http.Response)
	// Forget drops the session.
	Forget()
}

// session guards a [Session]. Its epoch counts how often it was forgotten, so that a late
// answer to a request with an old session cannot drop or replace a new one. Nil is no
// session.
type session struct {
	mu    sync.Mutex
	hook  Session
	epoch int
}

func newSession(hook Session) *session {
	if hook == nil {
		return nil
	}

	return &session{hook: hook}
}

func (s *session) attach(request *http.Request) (epoch int, carried bool) {
	if s == nil {
		return 0, false
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	return s.epoch, s.hook.Attach(request)
}

// skip stands in for attach in a request that must go without the session.
func (s *session) skip(*http.Request) (epoch int, carried bool) {
	if s == nil {
		return 0, false
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	return s.epoch, false
}

func (s *session) learn(epoch int, response *http.Response) {
	if s == nil {
		return
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	if s.epoch == epoch {
		s.hook.Learn(response)
	}
}

// forget drops the session unless it was dropped already. What is to happen before anybody
// finds it gone is done first.
func (s *session) forget(epoch int, first func()) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.epoch != epoch {
		return
	}

	first()
	s.hook.Forget()
	s.epoch++
}
