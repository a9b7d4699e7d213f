// Package move tests moving a token from a restapi_object of another provider, over the plugin protocol
// and through a real CLI.
package move
