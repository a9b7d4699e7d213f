// Package token tests the life cycle of a token through a real CLI, on a sandboxed or a live server:
// create, read, update, import, list and destroy.
package token
