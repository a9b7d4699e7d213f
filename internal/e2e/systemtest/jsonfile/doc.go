// Package jsonfile implements [pat.System] with a file of users and tokens. It is the smallest platform
// that has all features: accounts with passwords, permissions, ids and expiries. Tests use it to prove
// that the conformance suite does not depend on HTTP, and that the Traits suffice to describe a
// platform that differs from the others: its tokens have ids, and its names are reusable.
//
// Each call reads the whole file, and each change replaces it, unless another process has changed it in
// the meantime. Revoked tokens stay in the file.
package jsonfile
