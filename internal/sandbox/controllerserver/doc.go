// Package controllerserver implements the part of Stonebranch Universal Controller's web services
// that concerns users and personal access tokens, in memory, for tests and demonstrations.
//
// It was written without access to a controller. It follows the vendor's documentation, whose
// samples are in testdata/samples; the tests check that its responses have the same shape. Where
// the documentation is silent, a switch selects the behaviour, and [Variants] has one server per
// value:
//
//	switch                 values, the default first            concerns
//	duplicate name         400, 404, allowed                    a create whose name one of the user's tokens has
//	unknown token          404, 400, 200                        a revoke that names no token of the user
//	list without user      400, own                             a token list without userid and username
//	no expiry              null, absent, empty, Never           the expiration of a token that has none
//	token user id          absent, present, null                userId of a listed token
//	unknown user in list   404, empty                           a token list of an unknown user
//	expired tokens         listed, hidden                       lists of tokens
//	accept                 lenient, strict                      an Accept header that matches nothing: 406 if strict
//	maximum lifetime       none, 365 days                       expirations: mandatory and limited if it is set
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
// The following is a guess too, but not a switch. Unless the Accept header prefers JSON, a document
// is XML. An expiration is a day in the server's time zone. A past date, a missing name and a name
// that is too long are a 400, with the sandbox's own wording. A wrong password, a locked or
// inactive account, and Basic authentication for a user without the Standard login method are a 401
// with an HTML page. A user without web service access, and a user with a password to reset who
// sends that password, get the documented 403 text. A bearer token has all permissions of its user.
// A caller without a role can read only itself; it gets a 403 for any other user, whether that user
// exists or not, and for the list of users. Every user can manage its own tokens. The built-in
// administrator has every permission without a role, as in the samples.
//
// PUT replaces a user's record and clears the members that the request omits. With excludeRelated,
// permissions and roles stay as they are; without it, they are replaced as well. Whether tokens and
// the password survive a PUT is a guess and therefore a switch. Where the documentation has no text
// for a refusal, the sandbox has its own.
//
// It does not implement: creating and deleting users (405), user groups and preferences, any other
// object, tokens in the query or in a header that the administrator chooses, and the limits on
// concurrent requests, which a fault can simulate.
//
// [Server] is an http.Handler. The secrets that it issues begin with [SecretPrefix], so that a test
// can search for leaks. It stores no secret in plain text.
package controllerserver
