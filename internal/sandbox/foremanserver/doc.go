// Package foremanserver is Foreman's API v2 in memory: users, personal access tokens,
// sessions, organizations and locations, as Foreman 3.13 answers over HTTP. It is for
// tests and demonstrations.
//
// It implements behaviour, not a transcript: the search language, paging, permissions,
// time zones, sessions, the order of errors. testdata/recordings holds 269 exchanges
// of a real server, and [Replay] proves that this one answers them alike.
//
// What it does not do: creating and editing users, anything beyond users and tokens,
// HTML, translations, LDAP, OAuth and JWT. A path that it does not know is the HTML
// page of a route that Foreman does not have.
//
// [Server] is an http.Handler. Secrets that it makes begin with [SecretPrefix],
// [HashPrefix] or [SessionPrefix], so that a test can look for leaks. No secret is
// kept in clear.
package foremanserver
