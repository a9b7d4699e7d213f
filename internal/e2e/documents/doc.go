// Package documents tests the examples and the guides: each is formatted, applied as it stands through a
// real CLI, and names only what the provider has and prints.
package documents
