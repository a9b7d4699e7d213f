// Package coalesce combines many reads into one listing: [System] is a pat.System around another one.
// It lives as long as one process works with one server.
//
// Terraform reads each resource separately, ten at a time, and does not know that a hundred of them
// are rows of one list. Therefore reads of one user's tokens are gathered: while one request for the
// user is running, further reads wait, and then become one request. If parts of a long list are
// requested repeatedly, a request waits five milliseconds for further reads.
//
// # Some or all
//
// If a server can only list all of a user's tokens, because it does not implement [pat.TokenSelector], the whole
// list is requested once. Any other server is first asked for exactly the wanted tokens, and its
// response says how many rows there are. Then the costs are compared: a request costs about as
// much as 250 rows of a list, so the complete list is fetched once the requests for parts of it have
// cost as much as it will. Two requests read a hundred tokens, and five read a thousand; three
// managed tokens among 50,000 revoked ones never cause all 50,000 to be fetched. In every case the
// total cost is at most about twice the minimum.
//
// # How old a result can be
//
// A token is remembered for a minute. It is dropped when this process has written to its user,
// whether or not the write succeeded: a result that was requested before a write finished is never
// remembered after it, nor returned to a later caller. After a failed write, nothing
// about the user's tokens is remembered any more, because the server may still process the write
// later. Changes by other processes within the minute are not seen, and neither is the last use of a
// token.
//
// Lists narrowed by name never come from memory. They decide whether a name is free before a token is
// issued, and what a lost response left behind. Native queries are passed on unchanged.
//
// Users, and which username has which id, are remembered until this process modifies a user: a
// process lives for one plan or one apply. The reads of a modification never come from memory.
//
// # Missing tokens
//
// A list without a token does not prove that the token does not exist. The inner System is therefore
// asked for that token, and the caller gets its error, which may or may not be a proof. Errors are
// returned to the callers that waited for the request, and not to later ones.
//
// A shared request has the values of its first caller's context, and is cancelled when the last of
// its callers is cancelled; until then, cancelling one caller does not affect the others.
package coalesce
