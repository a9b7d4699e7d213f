package foremanserver

import (
	"net/http"
	"sync"
	"time"
)

// sessionCookie is the cookie's name.
const sessionCookie = "_session_id"

// sessionRandom is the length of a session id's random part.
const sessionRandom = 26

// session is a login that a cookie continues. It outlives the token that opened it.
type session struct {
	id      string
	userID  int
	expires time.Time
}

type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

// ExpireSessions expires every session, as an hour without requests does: the next request with its
// cookie is refused.
func (s *Server) ExpireSessions() {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	for _, open := range s.sessions.byID {
		open.expires = time.Time{}
	}
}

// find returns the session of a request's cookie, or nil.
func (s *sessions) find(r *http.Request) *session {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[cookie.Value]
}

// open starts a session.
func (s *sessions) open(userID int) *session {
	opened := &session{id: SessionPrefix + randomText(sessionRandom), userID: userID}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[opened.id] = opened
	return opened
}

// touch sets when a session expires.
func (s *sessions) touch(open *session, end time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open.expires = end
}

// endIfExpired removes a session that has expired, and reports whether it has.
func (s *sessions) endIfExpired(open *session, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(open.expires) {
		return false
	}
	delete(s.byID, open.id)
	return true
}
