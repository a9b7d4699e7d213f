// Package tokens has the procedures on personal access tokens, over plain records and any
// [pat.System]: a token is issued exactly once in effect, whatever becomes of the answer; a resource
// is refreshed, planned, updated, destroyed and imported; and what ephemeral resources opened is
// revoked in the end.
//
// Each returns records and typed notices. The provider decodes what Terraform sends, calls one of
// them, encodes the record, and words the notices.
package tokens
