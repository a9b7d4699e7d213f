package tokens

import (
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Notice is a fact about an operation that the user needs to know. It has no text: the provider words
// it.
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
	StepFindUser Step = iota
	StepFindImportedUser
	StepFindImportedToken
	StepLookForName
	StepIssue
	StepReissue
	StepIssueEphemeral
	StepKeepSecret
	StepRead
	StepReadPredecessor
	StepLookOnOtherServer
	StepRevoke
	StepRevokePredecessor
	StepRevokeBeforeReissue
)

// The failures.
type (
	// StepFailed means that a step failed with an error of a [pat.System] or of this package.
	StepFailed struct {
		failure

		Step Step
		Err  error
		// Planning is true if the step was part of a plan, which a destroy makes as well.
		Planning bool
	}
	// NameTaken means that the user already has a token of the fixed name.
	NameTaken struct {
		failure

		Err *TakenError
	}
	// NameCannotComeBack means that a token with a fixed name is to be replaced, on a platform that
	// never frees names.
	NameCannotComeBack struct {
		failure

		Name   string
		Traits pat.Traits
	}
	// SeriesCollides means that two resources of this process would consider each other's tokens orphans.
	SeriesCollides struct {
		failure

		Live, Other pat.Token
		// Change are the live tokens of the resources that need another series.
		Change []pat.Token
	}
	// ServerUnknown means that a plan needs the server, whose settings are not known yet.
	ServerUnknown struct{ failure }
	// FixedNameRotates means that a rotation policy is combined with a fixed name.
	FixedNameRotates struct{ failure }
	// NameMissing means that a token is to be issued, but neither `name` nor `name_prefix` is set.
	NameMissing struct{ failure }
	// ReissueRefused means that an update requires a token that cannot be issued.
	ReissueRefused struct {
		failure

		Refusal
	}
	// OtherServer means that the token does not exist on the configured server.
	OtherServer struct {
		failure

		// ID is the resource's id. Recorded is empty if the resource was moved from another provider.
		ID, Recorded, Configured string
	}
	// OtherPlatform means that the token belongs to a platform that the provider is not configured
	// for.
	OtherPlatform struct {
		failure

		// Recorded is the name of the token's platform.
		Recorded   string
		Configured pat.Traits
	}
	// OtherOwner means that the arguments name a user who does not own the token, in a run that did
	// not refresh the resource and therefore cannot replace it.
	OtherOwner struct {
		failure

		Argument string
		Owner    pat.UserRef
	}
	// InvalidUserID means that a user id is not valid on the platform.
	InvalidUserID struct {
		failure

		Err *UserIDError
	}
	// InvalidArgument means that the platform does not allow the value of an argument.
	InvalidArgument struct {
		failure

		// Argument is `name`, `name_prefix` or `expires_at`, and Text its value.
		Argument, Text string
		Err            error
	}
	// InvalidPolicy means that a rotation policy would rotate in every run, or never.
	InvalidPolicy struct {
		failure

		// Argument is the invalid part of `rotation`; empty if the combination is invalid.
		Argument string
		Err      error
	}
	// InvalidRecipient means that a secret cannot be encrypted to a recipient. The error does not
	// quote the recipient.
	InvalidRecipient struct {
		failure

		Err error
	}
	// OwnCredential means that the provider logs in with the token that is to be destroyed.
	OwnCredential struct {
		failure

		Token pat.Token
	}
	// OwnCredentialHasName means that the provider logs in with the token whose name the next token
	// is to have.
	OwnCredentialHasName struct {
		failure

		Token pat.Token
	}
	// OwnUserUnknown means that a user's tokens are to be revoked while it cannot be determined which
	// user the provider is logged in as.
	OwnUserUnknown struct {
		failure

		Err error
	}
	// OwnUser means that the provider is logged in as the user whose tokens are to be revoked.
	OwnUser struct {
		failure

		User pat.User
	}
	// ImportInactive means that the token to import no longer works.
	ImportInactive struct {
		failure

		Token pat.Token
		Owner pat.User
	}
)

// The warnings.
type (
	// CannotReissue warns, in a plan, that the update will fail.
	CannotReissue struct {
		warning

		Refusal
		// NewUser is another user with the username of the deleted owner; not set if there is none,
		// or if that could not be determined.
		NewUser pat.Option[pat.User]
	}
	// CannotReissueToUser means that the arguments name a user who does not exist.
	CannotReissueToUser struct {
		warning

		User, Owner pat.UserRef
		Err         error
	}
	// ExpiryPassed means that a token is to be issued with an expiry in the past.
	ExpiryPassed struct {
		warning

		// Reissue is true if the resource already has a token.
		Reissue bool
		Err     error
	}
	// UserNotFound means that the user of a new token does not exist at the time of the plan.
	UserNotFound struct {
		warning

		User pat.UserRef
		Err  error
	}
	// UserRefused means that the server would refuse to issue a token to the user.
	UserRefused struct {
		warning

		User pat.User
	}
	// TriggersRecorded means that the whole map of triggers was added or removed, which does not
	// issue a token.
	TriggersRecorded struct {
		warning

		// Removed is true if the map was removed.
		Removed bool
	}
	// OutlivesExpiresIn means that the live token expires later than the changed `expires_in` would
	// allow.
	OutlivesExpiresIn struct {
		warning

		Token     pat.Token
		ExpiresIn time.Duration
	}
	// ExpiryMoves means that `expires_at` is a different instant in every run, so that each run
	// issues a token.
	ExpiryMoves struct{ warning }
	// PrefixChanged means that changing `name_prefix` issues another token.
	PrefixChanged struct {
		warning

		Token pat.Token
	}
	// NeverExpires means that the next token has no expiry.
	NeverExpires struct{ warning }
	// MayExpireWithinADay means that the next token may work for less than a day, on a platform whose
	// tokens expire on a date.
	MayExpireWithinADay struct {
		warning

		Lifetime lifecycle.Lifetime
		// Least is how long a token works at least; 0 if it may not work at all.
		Least  time.Duration
		Traits pat.Traits
	}
	// OtherExpiry means that the server gave the token an expiry that was not requested.
	OtherExpiry struct {
		warning

		Issued pat.Issued
	}
	// LeftBehind is a sentence about a token that may be active in addition to the issued one.
	LeftBehind struct {
		warning

		Sentence string
	}
	// ExpiredOnTime means that the token has expired because of `expires_at`.
	ExpiredOnTime struct {
		warning

		Token pat.Token
	}
	// KeptInvalid means that the token no longer works, and that `reissue_when_invalid` keeps it.
	KeptInvalid struct {
		warning

		Token pat.Token
	}
	// RevokedFirst means that a reissue revokes the live token before it issues another.
	RevokedFirst struct {
		warning

		Token pat.Token
		// SameName is true if the next token needs the name; otherwise there is no overlap.
		SameName bool
		// Hold is how recently the token must have been used to be kept, if that is set.
		Hold lifecycle.Value[time.Duration]
	}
	// OwnCredentialKeepsName means that a token cannot be issued, because the provider logs in with
	// the token that has its name.
	OwnCredentialKeepsName struct {
		warning

		Token pat.Token
	}
	// RecipientsChanged means that changing the recipients issues another token.
	RecipientsChanged struct {
		warning

		// Added is true if the live token's secret is in state in plain text, and Removed if the next one
		// will be.
		Added, Removed bool
	}
	// ImportedDiffers means that an argument differs from the imported token.
	ImportedDiffers struct {
		warning

		// Argument is `name`, `name_prefix` or `expires_at`.
		Argument string
		Token    pat.Token
	}
	// SecretUnknown means that the secret of an imported or moved token is not known.
	SecretUnknown struct {
		warning

		Name string
	}
	// NotRevoked means that a predecessor could not be revoked.
	NotRevoked struct {
		warning

		Token pat.Token
		Err   error
	}
	// OwnPredecessor means that a predecessor is not revoked because the provider logs in with it.
	OwnPredecessor struct {
		warning

		Token pat.Token
	}
	// Held means that a predecessor is kept because it is still in use.
	Held struct {
		warning

		Predecessor lifecycle.Predecessor
		// Until is when the predecessor is due if it is not used again; zero if that is unknown.
		Until time.Time
	}
	// OrphanAdopted means that an active token of the series was not in state. It is recorded as a
	// predecessor.
	OrphanAdopted struct {
		warning

		Orphan lifecycle.Predecessor
		// Recorded is the generation in state; 0 for the first token of a resource.
		Recorded int64
	}
	// ResemblingToken means that the name of a token would belong to the series if it had another
	// prefix.
	ResemblingToken struct {
		warning

		Token pat.Token
	}
	// OrphanDestroyed means that a destroy will revoke a token that another state may have issued.
	OrphanDestroyed struct {
		warning

		Token pat.Token
	}
	// ClockDiffers means that the runner's clock differs from the server's, which decides.
	ClockDiffers struct {
		warning

		pat.ClockDifference
	}
	// ServerMoved means that the token's server now has another URL.
	ServerMoved struct {
		warning

		Recorded, Configured string
	}
	// EphemeralNotRevoked means that the token of an ephemeral resource could not be revoked and may
	// still be active.
	EphemeralNotRevoked struct {
		warning

		Token  pat.Token
		Owner  pat.UserRef
		Traits pat.Traits
		Err    error
	}
)

// Refusal is the reason why a token cannot be reissued.
type Refusal struct {
	Decision lifecycle.Decision
	// Name is the name of the live token.
	Name string
	// Traits are the traits of the platform; zero while it is not known.
	Traits pat.Traits
}
