// Package universalcontroller is a [pat.System] over the web services of Stonebranch
// Universal Controller.
//
// A token has no id there: its user and its name are its key, and only the creation time
// tells it from a later one of the same name. Revoking deletes the row and frees the name.
//
// A 404 has many causes: a mistyped context, a proxy, a name that is taken. So absence is
// proved (absence.go) before it is reported as a [pat.GoneError].
//
// The package asks for JSON and understands XML too, tells them apart by content type, and
// sends no PUT: Universal Controller blanks whatever a PUT leaves out.
package universalcontroller
