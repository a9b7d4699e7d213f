// Package coalesce makes one listing of many reads: [System] is a pat.System around
// another one, for as long as one process works with one server.
//
// Terraform reads each resource on its own, ten at a time, and knows nothing of the fact
// that a hundred of them are rows of one list. So what is asked of one user's tokens is
// gathered: while a request about the user is under way, further ones wait and then go
// out as one; and where parts of a long list are asked for again and again, a request waits
// five milliseconds for company.
//
// # Some or all
//
// A server that shows a user's tokens only all at once ([pat.TokenSelector] says which
// does not) is asked for the whole list, once. Any other is first asked for the very
// tokens that are wanted, and says with its answer how many rows there are. From then on
// it is a matter of renting or buying: a request is worth about 250 rows of a list, so
// the list is fetched once the requests for parts of it have cost as much as it will.
// Two requests read a hundred tokens, five a thousand; three managed tokens among
// 50,000 revoked ones never bring down the 50,000. Whatever comes, no more than about
// twice of what was needed is paid.
//
// # How old an answer can be
//
// A token is remembered for a minute, and forgotten when this process has written to its
// user, whether or not that worked: what was asked before a write was over is never
// remembered after it, nor handed to who asks after it. After a failed write nothing is
// remembered of the user's tokens any more, for the server may carry it out later. What
// other processes do within the minute goes unseen; so does last use.
//
// Lists narrowed by name are never answered from memory. They are what decides over a
// name before a token is issued, and over what a lost answer left behind. Native queries
// are passed on as they are.
//
// Users, and which login has which id, are remembered until this process modifies one: a
// process lives for one plan or one apply. What a modification reads is never answered
// from memory.
//
// # What is not there
//
// An answer that lacks a token proves nothing, so the inner System is asked for that
// token, and its error, proof of absence or not, is what the caller gets. Errors are
// given to those who waited for the request, and to nobody who comes later.
//
// A shared request carries the values of its first caller's context, and ends when the
// last of its callers has given up; until then, who gives up disturbs nobody.
package coalesce
