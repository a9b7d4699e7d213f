package tokens

import (
	"context"
	"errors"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// findRecorded returns the token that is recorded, or the proof that it does not exist. Another token
// with the same key is such a proof.
func findRecorded(ctx context.Context, system pat.System, recorded pat.Token) (pat.Token, *pat.GoneError, error) {
	shown, err := system.Token(ctx, recorded.Key())

	var gone *pat.GoneError

	switch ids := system.Traits().TokenIDs; {
	case errors.As(err, &gone):
		return pat.Token{}, gone, nil
	case err != nil:
		return pat.Token{}, nil, err
	case shown.SameAs(recorded) && (ids || !recorded.CreatedAt.IsZero()):
		return shown, nil, nil
	case ids:
		return pat.Token{}, &pat.GoneError{}, nil
	default:
		// The server returns the newest token of the name, which may not be the recorded one.
		return findRecordedAmong(ctx, system, recorded)
	}
}

// findRecordedAmong is findRecorded for a name that several tokens may have. If it cannot determine
// which of them is the recorded one, it takes only the status from the server.
func findRecordedAmong(ctx context.Context, system pat.System, recorded pat.Token) (pat.Token, *pat.GoneError, error) {
	namesakes, err := system.Tokens(ctx, recorded.UserID, pat.TokenQuery{Name: pat.Some(recorded.Name)})

	if gone, ok := errors.AsType[*pat.GoneError](err); ok {
		return pat.Token{}, gone, nil
	}

	if err != nil {
		return pat.Token{}, nil, err
	}

	namesakes = slices.DeleteFunc(slices.Clone(namesakes), func(token pat.Token) bool { return !token.SameAs(recorded) })

	switch len(namesakes) {
	case 0:
		return pat.Token{}, &pat.GoneError{}, nil
	case 1:
		return namesakes[0], nil, nil
	default:
		recorded.Status = namesakes[len(namesakes)-1].Status

		return recorded, nil, nil
	}
}
