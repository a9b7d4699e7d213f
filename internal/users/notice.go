package users

import (
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Notice is something that the user of Terraform has to know of an operation. It has no words: those
// are the provider's.
type Notice interface {
	// Fatal says whether the operation failed. All other notices are warnings.
	Fatal() bool
}

// Notices are those of one operation, in the order in which things happened.
type Notices []Notice

// Failed says whether the operation failed.
func (n *Notices) Failed() bool { return slices.ContainsFunc(*n, Notice.Fatal) }

func (n *Notices) add(notice Notice) { *n = append(*n, notice) }

type failure struct{}

// Fatal is true.
func (failure) Fatal() bool { return true }

type warning struct{}

// Fatal is false.
func (warning) Fatal() bool { return false }

// Step is what was tried when an error came.
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
	// StepFailed says that a step came back with an error of a [pat.System].
	StepFailed struct {
		failure

		Step Step
		Err  error
	}
	// NotModifiable says that the provider is configured for a platform whose users cannot be
	// modified.
	NotModifiable struct {
		failure

		Configured pat.Traits
	}
	// ServerUnknown says that a plan needs the server, whose settings are not known yet.
	ServerUnknown struct{ failure }
	// OtherServer says that the user is not on the configured server, or cannot be told from another
	// one there.
	OtherServer struct {
		failure

		User                 pat.UserRef
		Recorded, Configured string
	}
	// OtherUser says that the arguments name another user than the resource's, in a run that did not
	// refresh the resource and therefore cannot replace it.
	OtherUser struct {
		failure

		Argument string
		User     pat.UserRef
	}
	// LocksOut says that the provider's own user could not log in any more.
	LocksOut struct {
		failure

		User     pat.User
		Property pat.Property
		Value    string
	}
	// MayLockOut says that a user could not log in any more who may be the provider's own.
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
	// NotFound says that a plan is about a user who does not exist yet.
	NotFound struct {
		warning

		User pat.UserRef
		Err  error
	}
	// ServerMoved says that the user was found under another URL than before.
	ServerMoved struct {
		warning

		User                 pat.UserRef
		Recorded, Configured string
	}
	// Released says that properties are no longer managed, and keep the values that they have.
	Released struct {
		warning

		User       pat.UserRef
		Properties []pat.Property
		// Values are those of the properties.
		Values pat.Properties
		// Whole is true if the resource goes, and false if arguments are removed.
		Whole bool
	}
)
