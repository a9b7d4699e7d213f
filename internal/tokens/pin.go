package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Pin is the relation between the configured server and the one that a record names.
type Pin int

const (
	// PinKept means that the record names the configured server.
	PinKept Pin = iota
	// PinMoved means that the record names another URL, and that the token exists on the configured
	// server.
	PinMoved
	// PinFirst means that the record, moved from another provider, does not name a server yet.
	PinFirst
)

// checkServer determines whether the configured server is the record's, and reports an error
// otherwise: then nothing may be changed there. shown is the record's token on the configured server,
// unless gone proves that there is none.
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

// requireServer is checkServer for an operation that has not read the token. It reads it only if the
// record names another server.
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

// checkPlatform refuses a token of a platform that the provider is not configured for, before a
// request is sent.
func (e *Engine) checkPlatform(record Record, notices *Notices) bool {
	traits := e.System.Traits()
	if !record.Platform.Set || record.Platform.V == traits.Platform {
		return true
	}

	notices.add(OtherPlatform{Recorded: record.Platform.V, Configured: traits})

	return false
}

// sameElsewhere reports whether a token on another server is the recorded one. There, an equal name
// proves nothing without an equal time of creation.
func (e *Engine) sameElsewhere(shown, recorded pat.Token) bool {
	return e.System.Traits().TokenIDs || !recorded.CreatedAt.IsZero() && shown.CreatedAt.Equal(recorded.CreatedAt)
}

// pinned records the server on which a check found the token, and reports whether its URL changed.
// Recording the first server is not a change.
func (e *Engine) pinned(ctx context.Context, record Record, pin Pin, shown pat.Token, notices *Notices) (Record, bool) {
	switch pin {
	case PinMoved:
		notices.add(ServerMoved{Recorded: record.Server.V, Configured: e.System.Server()})

		record.Server = lifecycle.Known(e.System.Server())

		return record, true
	case PinFirst:
		return e.recordServer(ctx, record, shown, notices), false
	default:
		return record, false
	}
}

// recordServer completes a record that was moved from another provider with what only its server
// knows, as an import does.
func (e *Engine) recordServer(ctx context.Context, record Record, shown pat.Token, notices *Notices) Record {
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
