// Package platform configures a server: the provider block, the connection, and each platform's own
// objects. It is the only package that knows the platforms; all others use the [pat.System] that it
// opens.
package platform
