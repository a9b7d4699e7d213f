// Package users carries out the operations on resources that modify a user. They work on plain
// records and a [pat.UserModifier], and return records, and notices that the provider turns into
// diagnostics.
//
// A resource manages only the properties that its arguments set. It neither creates nor deletes a
// user, and leaves all other properties unchanged.
package users
