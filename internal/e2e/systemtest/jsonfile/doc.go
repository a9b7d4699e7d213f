// Package jsonfile is a [pat.System] over a file of users and tokens. It is the smallest
// platform that has everything: accounts with passwords, permissions, ids, expiries. Tests
// use it to prove that the conformance suite needs no HTTP, and that a platform can differ
// from the others in its Traits: tokens have ids, and their names are reusable.
//
// The file is read as a whole and replaced as a whole, unless another process has changed it
// meanwhile. A token that is revoked stays in it.
package jsonfile
