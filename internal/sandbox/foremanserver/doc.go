// Package foremanserver implements Foreman's API v2 in memory, with the responses of Foreman 3.13:
// users, personal access tokens, sessions, organizations and locations. It is for tests and
// demonstrations.
//
// It implements behaviour instead of replaying responses: the search language, paging, permissions,
// time zones, sessions, and the precedence of errors. testdata/recordings contains 269 exchanges
// with a real server, and [Replay] checks that this server responds in the same way.
//
// It does not implement: creating and editing users, any object other than users and tokens, HTML,
// translations, LDAP, OAuth and JWT. An unknown path gets the HTML page that Foreman sends for an
// unknown route.
//
// [Server] is an http.Handler. The secrets that it issues begin with [SecretPrefix], [HashPrefix]
// or [SessionPrefix], so that a test can search for leaks. It stores no secret in plain text.
package foremanserver
