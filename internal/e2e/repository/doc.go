// Package repository tests what the repository holds besides code: the workflows, the
// configuration of the release, and the scripts for it.
package repository
