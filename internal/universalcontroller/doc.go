// Package universalcontroller implements [pat.System] for the web services of Stonebranch Universal
// Controller.
//
// Its tokens have no ids: the user and the name are a token's key, and only the creation time
// distinguishes it from a later token of the same name. Revoking deletes the row and frees the name.
//
// A 404 has many causes: a mistyped context, a proxy, a name that is taken. The package therefore
// proves absence (absence.go) before it reports a [pat.GoneError].
//
// The package requests JSON, also accepts XML, and distinguishes them by content type. Its only PUT
// writes the complete record of a user, because Universal Controller blanks whatever a PUT omits.
package universalcontroller
