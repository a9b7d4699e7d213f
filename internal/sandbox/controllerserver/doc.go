// Package controllerserver is the part of Stonebranch Universal Controller's web
// services that concerns users and personal access tokens, in memory. It is for tests
// and demonstrations.
//
// No controller was at hand when it was made. It follows the vendor's documentation,
// whose samples are in testdata/samples: the tests prove that every one of them is
// answered in the same shape. What the documentation leaves open is a switch, and
// [Variants] has one server per value:
//
//	switch                 values, the default first            concerns
//	duplicate name         400, 404, allowed                    a create whose name the user's tokens have
//	unknown token          404, 400, 200                        a revoke that names no token of the user
//	list without user      400, own                             a token list without userid and username
//	no expiry              null, absent, empty, Never           the expiration of a token that has none
//	token user id          absent, present, null                userId of a listed token
//	unknown user in list   404, empty                           a token list of a user that is not there
//	expired tokens         listed, hidden                       lists of tokens
//	accept                 lenient, strict                      an Accept header that fits nothing: 406 if strict
//	maximum lifetime       none, 365 days                       expirations: mandatory and bounded if there is one
//	times                  server, caller                       the zone of createTime and lastUsed
//	last day               valid, expired                       whether a token works on the day of its expiration
//	service role           own tokens, all tokens               the tokens that ops_service_role sees
//	user shape             current, 7.3                         the properties of a user
//	quotes                 straight, curly                      the text of a 404
//	revoke answer          text, nothing                        the body of a revoke's 200
//	last use               time, ISO 8601, milliseconds         the lastUsed of a token that was used
//	tokens in a record     ignored, reconciled, cleared         the tokens of a user whose record is modified
//	password left out      kept, cleared, refused               the password of a user whose record is modified
//	unknown members        stored, ignored, refused             undocumented members of a modified user's record
//	limited update         compared, ignored, refused           a whole record from a user who may modify part of it
//
// Of the rest, the following is a guess as well, and is no switch. Without an Accept
// header that prefers JSON, a document is XML. An expiration is a day of the server's
// zone. Past dates, a missing name and one that is too long are a 400, whose wording is
// the sandbox's own. A wrong password, a locked or inactive account, and Basic for a
// user without the Standard login method are a 401, an HTML page; a user without web
// service access, or one with a password to reset who sends it, gets the 403 text.
// Bearers may do what their user may. A caller without a role reads only itself and
// gets a 403 for anybody else, known or not, and for the list of users. Everybody may
// manage the own tokens. The built-in administrator has every right without a role, as
// in the samples.
//
// PUT replaces a user's record, and blanks what is left out. With excludeRelated the
// permissions and roles stay; without it they follow the payload. What keeps a token or a
// password from that is guesswork, and a switch. The texts of its refusals are the
// sandbox's own where the documentation has none.
//
// What it does not do: creating and deleting users (405), user groups and preferences, any
// other object, tokens in the query or in a header of the administrator's choice, and the
// limits on concurrent requests, which a fault can play.
//
// [Server] is an http.Handler. Secrets that it makes begin with [SecretPrefix], so that
// a test can look for leaks. No secret is kept in clear.
package controllerserver
