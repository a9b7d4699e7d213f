package users

import (
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Notice is a fact about an operation that the user of Terraform needs to know. It has no text: the
// provider words it.
type Notice interface {
	// Fatal reports whether the operation failed. All other notices are warnings.
	Fatal() bool
}

// Notices are the notices of one operation, in the order in which they were added.
type Notices []Notice

// Failed reports whether the operation failed.
func (n *Notices) Failed() bool { return slices.ContainsFunc(*n, Notice.Fatal) }

func (n *Notices) add(notice Notice) { *n = append(*n, notice) }

type failure struct{}

// Fatal returns true.
func (failure) Fatal() bool { return true }

type warning struct{}

// Fatal returns false.
func (warning) Fatal() bool { return false }

// Step is the part of an operation that failed.
type Step int

// The steps of the operations.
const (
	StepFind Step = iota
	StepFindImported
	StepRead
	StepModify
	StepLookOnOtherServer
)

// The failures.
type (
	// StepFailed means that a step failed with an error of a [pat.System].
	StepFailed struct {
		failure

		Step Step
		Err  error
	}
	// NotModifiable means that the provider is configured for a platform on which users cannot be
	// modified.
	NotModifiable struct {
		failure

		Configured pat.Traits
	}
	// ServerUnknown means that a plan needs the server, whose settings are not known yet.
	ServerUnknown struct{ failure }
	// OtherServer means that the user does not exist on the configured server, or may be another user
	// there.
	OtherServer struct {
		failure

		User                 pat.UserRef
		Recorded, Configured string
	}
	// OtherUser means that the arguments name another user than the resource's, in a run that did not
	// refresh the resource and therefore cannot replace it.
	OtherUser struct {
		failure

		Argument string
		User     pat.UserRef
	}
	// LocksOut means that the provider's own user could no longer log in.
	LocksOut struct {
		failure

		User     pat.User
		Property pat.Property
		Value    string
	}
	// MayLockOut means that a user that may be the provider's own could no longer log in.
	MayLockOut struct {
		failure

		User     pat.User
		Property pat.Property
		Value    string
		Err      error
	}
)

// The warnings.
type (
	// NotFound means that a plan names a user who does not exist yet.
	NotFound struct {
		warning

		User pat.UserRef
		Err  error
	}
	// ServerMoved means that the user was found under another URL than the recorded one.
	ServerMoved struct {
		warning

		User                 pat.UserRef
		Recorded, Configured string
	}
	// Released means that properties are no longer managed, and keep their current values.
	Released struct {
		warning

		User       pat.UserRef
		Properties []pat.Property
		// Values are the values of the properties.
		Values pat.Properties
		// Whole is true if the resource is destroyed or replaced, and false if arguments are removed.
		Whole bool
	}
)
