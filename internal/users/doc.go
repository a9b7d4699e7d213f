// Package users carries out the operations on resources that modify a user: procedures on plain
// records over a [pat.UserModifier]. They return records, and notices that the provider words.
//
// A resource manages the properties that its arguments set and no others. It neither creates nor
// deletes a user, and what it leaves alone stays as it is.
package users
