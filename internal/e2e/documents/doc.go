// Package documents tests the examples and the guides: their configuration is formatted and applied
// unmodified through a real CLI, and the texts name only what the provider has and prints.
package documents
