// Package user has the constructs for users: the data sources of one user, of all users, and of the
// user with which the provider is logged in; and the resource that modifies a user.
package user
