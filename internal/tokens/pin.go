package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Pin says which server a record belongs to, by the one that is configured.
type Pin int

const (
	// PinKept is the server that the record names.
	PinKept Pin = iota
	// PinMoved is another URL under which the very same token is.
	PinMoved
	// PinFirst is the first server of a record that was moved from another provider.
	PinFirst
)

// checkServer tells whether the configured server is the record's, and reports if it is not: then
// nothing may be done there. shown is the record's token on the configured server, unless it is
// gone there.
func (e *Engine) checkServer(record Record, shown pat.Token, gone *pat.GoneError, notices *Notices) (Pin, bool) {
	recorded, configured := record.Server.V, e.System.Server()

	switch {
	case recorded == configured:
		return PinKept, true
	case gone != nil || !e.sameElsewhere(shown, record.LiveToken()):
		notices.add(OtherServer{ID: record.ID().V, Recorded: recorded, Configured: configured})

		return PinKept, false
	case recorded == "":
		return PinFirst, true
	default:
		return PinMoved, true
	}
}

// requireServer is checkServer for an operation that has not looked at the token. It looks only
// where the record names another server.
func (e *Engine) requireServer(ctx context.Context, record Record, notices *Notices) bool {
	if record.Server.V == e.System.Server() {
		return true
	}

	if !e.checkPlatform(record, notices) {
		return false
	}

	shown, gone, err := findRecorded(ctx, e.System, record.LiveToken())
	if err != nil {
		notices.add(StepFailed{Step: StepLookOnOtherServer, Err: err})

		return false
	}

	_, ok := e.checkServer(record, shown, gone, notices)

	return ok
}

// checkPlatform refuses a token of another platform than the provider is configured for, before
// anything is asked of that.
func (e *Engine) checkPlatform(record Record, notices *Notices) bool {
	traits := e.System.Traits()
	if !record.Platform.Set || record.Platform.V == traits.Platform {
		return true
	}

	notices.add(OtherPlatform{Recorded: record.Platform.V, Configured: traits})

	return false
}

// sameElsewhere says whether a token that another server shows is the recorded one. A name
// proves nothing there without the time of creation.
func (e *Engine) sameElsewhere(shown, recorded pat.Token) bool {
	return e.System.Traits().TokenIDs || !recorded.CreatedAt.IsZero() && shown.CreatedAt.Equal(recorded.CreatedAt)
}

// pinned records the server where a check found the token, and says whether its URL is another
// one than before. A server that was not recorded yet is no other one.
func (e *Engine) pinned(ctx context.Context, record Record, pin Pin, shown pat.Token, notices *Notices) (Record, bool) {
	switch pin {
	case PinMoved:
		notices.add(ServerMoved{Recorded: record.Server.V, Configured: e.System.Server()})

		record.Server = lifecycle.Known(e.System.Server())

		return record, true
	case PinFirst:
		return e.arrived(ctx, record, shown, notices), false
	default:
		return record, false
	}
}

// arrived records of a token that was moved from another provider what only its server knows, as
// an import does.
func (e *Engine) arrived(ctx context.Context, record Record, shown pat.Token, notices *Notices) Record {
	record = record.on(e.System)

	if record.ExpiresAt.Null() && record.ExpiresIn.Null() {
		record.ExpiresAt = setUnlessZero(shown.ExpiresAt)
	}

	user, err := e.Recipient(ctx, pat.UserRef{ID: shown.UserID})
	if err != nil {
		notices.add(StepFailed{Step: StepFindUser, Err: err})

		return record
	}

	return record.ownedBy(user)
}
