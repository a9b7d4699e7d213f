// Package tokens contains the operations on personal access tokens. They work on plain records and on
// any [pat.System]: issue a token exactly once, even if the response is lost; refresh, plan, update,
// destroy and import a token resource; and revoke the tokens of ephemeral resources.
//
// Each operation returns records and typed notices. The provider decodes what Terraform sends, calls
// an operation, encodes the record, and turns the notices into diagnostics.
package tokens
