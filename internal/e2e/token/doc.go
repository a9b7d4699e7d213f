// Package token tests the life of a token through a real CLI: created, read, changed, imported, listed and
// destroyed, on a sandboxed server or a live one.
package token
