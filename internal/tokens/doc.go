// Package issuer carries out, over any [pat.System], the procedures that take more than
// one request: to issue a token exactly once in effect, whatever becomes of the answer,
// and under a name that nobody used before.
package tokens
