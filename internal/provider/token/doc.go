// Package token has the constructs of personal access tokens: the resource, the ephemeral resource,
// the list resource, the data sources and the action that revokes. Their methods decode Terraform's
// requests, call internal/tokens, and encode the results.
package token
