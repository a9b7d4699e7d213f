package foreman

import "net/http"

// sessionCookie is the name of Foreman's session cookie.
const sessionCookie = "_session_id"

// session keeps the cookie of a login, which saves Foreman the next login: a slow hash and a write to
// its database. The credentials are sent nevertheless, because Foreman needs them when it does not
// know the cookie, and would otherwise count a failed login.
type session struct{ cookie *http.Cookie }

// Attach adds the cookie, if there is one.
func (s *session) Attach(request *http.Request) bool {
	if s.cookie == nil {
		return false
	}

	request.AddCookie(s.cookie)

	return true
}

// Save stores the cookie of a response.
func (s *session) Save(response *http.Response) {
	for _, cookie := range response.Cookies() {
		if cookie.Name == sessionCookie && cookie.Value != "" {
			s.cookie = cookie
		}
	}
}

// Forget drops the cookie.
func (s *session) Forget() { s.cookie = nil }
