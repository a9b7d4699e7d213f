// Package move tests the move of a token from a restapi_object of another provider, over the plugin
// protocol and through a real CLI.
package move
