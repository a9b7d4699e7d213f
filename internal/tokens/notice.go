package tokens

import (
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Notice is something that the user has to know of an operation. It has no words: those are the
// provider's.
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
	// StepFailed says that a step came back with an error of a [pat.System] or of this package.
	StepFailed struct {
		failure

		Step Step
		Err  error
		// Planning is true if a plan asked: a destroy makes one, too.
		Planning bool
	}
	// NameTaken says that the user has a token of the fixed name already.
	NameTaken struct {
		failure

		Err *TakenError
	}
	// NameCannotComeBack says that a token with a fixed name is to be replaced on a platform that
	// never frees names.
	NameCannotComeBack struct {
		failure

		Name   string
		Traits pat.Traits
	}
	// SeriesCollides says that two resources of this process would take each other's tokens for
	// their own.
	SeriesCollides struct {
		failure

		Live, Other pat.Token
		// Change are the live tokens of the resources that need another series.
		Change []pat.Token
	}
	// ServerUnknown says that a plan needs the server, whose settings are not known yet.
	ServerUnknown struct{ failure }
	// FixedNameRotates says that a rotation policy is set beside a fixed name.
	FixedNameRotates struct{ failure }
	// NameMissing says that a token is to be issued, and that neither `name` nor `name_prefix` is
	// set.
	NameMissing struct{ failure }
	// ReissueRefused says that an update asks for a token that cannot be issued.
	ReissueRefused struct {
		failure

		Refusal
	}
	// OtherServer says that the token is not on the configured server.
	OtherServer struct {
		failure

		// ID is the resource's id; Recorded is empty for one that was moved from another provider.
		ID, Recorded, Configured string
	}
	// OtherPlatform says that the token is of another platform than the provider is configured for.
	OtherPlatform struct {
		failure

		// Recorded is the name of the token's platform.
		Recorded   string
		Configured pat.Traits
	}
	// OtherOwner says that the arguments name another user than the token's, in a run that did not
	// refresh the resource and therefore cannot replace it.
	OtherOwner struct {
		failure

		Argument string
		Owner    pat.UserRef
	}
	// InvalidUserID says that the id of a user cannot be one of the platform's.
	InvalidUserID struct {
		failure

		Err *UserIDError
	}
	// InvalidArgument says that the platform does not allow an argument's value.
	InvalidArgument struct {
		failure

		// Argument is `name`, `name_prefix` or `expires_at`, and Text its value.
		Argument, Text string
		Err            error
	}
	// InvalidPolicy says that a rotation policy would rotate at every run or never.
	InvalidPolicy struct {
		failure

		// Argument is the part of `rotation` to blame; empty blames the whole.
		Argument string
		Err      error
	}
	// InvalidRecipient says that a secret cannot be encrypted to a recipient. The error does not
	// repeat it.
	InvalidRecipient struct {
		failure

		Err error
	}
	// OwnCredential says that the token which is to be destroyed is what the provider logs in with.
	OwnCredential struct {
		failure

		Token pat.Token
	}
	// OwnCredentialHasName says that the name is to be issued again of the token that the provider
	// logs in with.
	OwnCredentialHasName struct {
		failure

		Token pat.Token
	}
	// OwnUserUnknown says that the tokens of a user are to be revoked while it cannot be found out
	// who the provider is.
	OwnUserUnknown struct {
		failure

		Err error
	}
	// OwnUser says that the tokens are to be revoked of the user who the provider is.
	OwnUser struct {
		failure

		User pat.User
	}
	// ImportInactive says that the token to import can no longer be used.
	ImportInactive struct {
		failure

		Token pat.Token
		Owner pat.User
	}
)

// The warnings.
type (
	// CannotReissue says, in a plan, that an update will be refused.
	CannotReissue struct {
		warning

		Refusal
		// NewUser has the login of the owner, who was deleted; not set if there is none, or if nobody
		// can tell.
		NewUser pat.Option[pat.User]
	}
	// CannotReissueToUser says that the arguments name a user who does not exist.
	CannotReissueToUser struct {
		warning

		User, Owner pat.UserRef
		Err         error
	}
	// ExpiryPassed says that a token is to be issued with an expiry in the past.
	ExpiryPassed struct {
		warning

		// Reissue is true if there is a token already.
		Reissue bool
		Err     error
	}
	// UserNotFound says that the user of a new token does not exist at the time of the plan.
	UserNotFound struct {
		warning

		User pat.UserRef
		Err  error
	}
	// UserRefused says that the server would refuse a token of the user.
	UserRefused struct {
		warning

		User pat.User
	}
	// TriggersRecorded says that the whole map of triggers was added or removed, which issues nothing.
	TriggersRecorded struct {
		warning

		// Removed is true if it was removed.
		Removed bool
	}
	// OutlivesExpiresIn says that the live token lives longer than `expires_in` is now.
	OutlivesExpiresIn struct {
		warning

		Token     pat.Token
		ExpiresIn time.Duration
	}
	// ExpiryMoves says that `expires_at` is another instant in every run, and issues a token in each.
	ExpiryMoves struct{ warning }
	// PrefixChanged says that a change of `name_prefix` issues another token.
	PrefixChanged struct {
		warning

		Token pat.Token
	}
	// NeverExpires says that the next token has no expiry.
	NeverExpires struct{ warning }
	// MayExpireWithinADay says that the platform, whose tokens expire on a date, may take the next
	// token for expired before it worked for a day.
	MayExpireWithinADay struct {
		warning

		Lifetime lifecycle.Lifetime
		// Least is how long a token works at least, 0 for not at all.
		Least  time.Duration
		Traits pat.Traits
	}
	// OtherExpiry says that the server gave the token another expiry than was asked for.
	OtherExpiry struct {
		warning

		Issued pat.Issued
	}
	// LeftBehind says, in a sentence, that a token may live besides the one that was issued.
	LeftBehind struct {
		warning

		Sentence string
	}
	// ExpiredOnTime says that the token has expired as `expires_at` says.
	ExpiredOnTime struct {
		warning

		Token pat.Token
	}
	// KeptInvalid says that the token cannot be used, and that `reissue_when_invalid` keeps it.
	KeptInvalid struct {
		warning

		Token pat.Token
	}
	// RevokedFirst says that a reissue revokes the live token before it issues another.
	RevokedFirst struct {
		warning

		Token pat.Token
		// SameName is true if the name is needed again; otherwise the overlap is none.
		SameName bool
		// Hold is how long a last use keeps the token from being revoked, if any does.
		Hold lifecycle.Value[time.Duration]
	}
	// OwnCredentialKeepsName says that a token cannot be issued, because its name is that of the token
	// that the provider logs in with.
	OwnCredentialKeepsName struct {
		warning

		Token pat.Token
	}
	// RecipientsChanged says that a change of the recipients issues another token.
	RecipientsChanged struct {
		warning

		// Added is true if the live token's secret is in state in plain text, and Removed if the next one
		// will be.
		Added, Removed bool
	}
	// ImportedDiffers says that an argument is not as the imported token is.
	ImportedDiffers struct {
		warning

		// Argument is `name`, `name_prefix` or `expires_at`.
		Argument string
		Token    pat.Token
	}
	// SecretUnknown says that the secret of an imported or moved token is not known.
	SecretUnknown struct {
		warning

		Name string
	}
	// NotRevoked says that a predecessor could not be revoked.
	NotRevoked struct {
		warning

		Token pat.Token
		Err   error
	}
	// OwnPredecessor says that a predecessor is not revoked because the provider logs in with it.
	OwnPredecessor struct {
		warning

		Token pat.Token
	}
	// Held says that a predecessor is still in use.
	Held struct {
		warning

		Predecessor lifecycle.Predecessor
	}
	// OrphanAdopted says that an active token of the series is not in state, and is a predecessor
	// from now on.
	OrphanAdopted struct {
		warning

		Orphan lifecycle.Predecessor
		// Recorded is the generation in state; 0 for the first token of a resource.
		Recorded int64
	}
	// ResemblingToken says that a token is named like one of the series but for the prefix.
	ResemblingToken struct {
		warning

		Token pat.Token
	}
	// OrphanDestroyed says that a destroy will revoke a token that may be another state's.
	OrphanDestroyed struct {
		warning

		Token pat.Token
	}
	// ClockDiffers says that the runner's clock is not the server's, by which everything is
	// decided.
	ClockDiffers struct {
		warning

		pat.ClockDifference
	}
	// ServerMoved says that the token's server has another URL now.
	ServerMoved struct {
		warning

		Recorded, Configured string
	}
	// EphemeralNotRevoked says that the token of an ephemeral resource lives on.
	EphemeralNotRevoked struct {
		warning

		Token  pat.Token
		Owner  pat.UserRef
		Traits pat.Traits
		Err    error
	}
)

// Refusal says why a token cannot be reissued.
type Refusal struct {
	Decision lifecycle.Decision
	// Name is the live token's.
	Name string
	// Traits are the platform's; zero while that is not known.
	Traits pat.Traits
}
