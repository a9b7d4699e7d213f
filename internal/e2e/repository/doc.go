// Package repository tests the repository's files other than code: workflows, the release
// configuration, and scripts.
package repository
