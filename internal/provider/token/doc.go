// Package token has the constructs of personal access tokens: the resource, the ephemeral resource,
// the list resource, the data sources and the action that revokes. Their methods decode what Terraform
// sends, have internal/tokens do it, and encode what that returns.
package token
