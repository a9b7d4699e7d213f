// Package user has the constructs that show users: the data sources of one user, of all users, and
// of the user who the provider is; and the resource that modifies one.
package user
