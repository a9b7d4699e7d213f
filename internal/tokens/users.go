package tokens

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Recipient returns the user that a token is to be issued to. An account that may issue
// tokens to a user by its key need not be allowed to see the user.
func (e *Engine) Recipient(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	user, err := e.System.User(ctx, ref)

	var denied *pat.PermissionError
	if errors.As(err, &denied) && ref.ID != "" && ref.Username == "" {
		return pat.User{ID: ref.ID}, nil
	}

	return user, err
}

// checkUserID reports a user_id that cannot be a key of the platform's.
func (e *Engine) checkUserID(id lifecycle.Value[string], notices *Notices) bool {
	traits := e.System.Traits()
	if !id.Set || traits.UserID.MatchString(id.V) {
		return true
	}

	notices.add(InvalidUserID{Text: id.V, Traits: traits})

	return false
}

// namesOwner says whether the arguments name the owner, or nobody, as is possible with
// ignore_changes alone.
func (r Record) namesOwner() bool {
	ref := r.User()

	return (ref.ID == "" || ref.ID == r.Owner.ID.V) && (ref.Username == "" || ref.Username == r.Owner.Username.V)
}

// changedUser returns the arguments that name a user and differ from state.
func changedUser(state, plan Record) (arguments []string) {
	if state.Username != plan.Username {
		arguments = append(arguments, "username")
	}

	if state.UserID != plan.UserID {
		arguments = append(arguments, "user_id")
	}

	return arguments
}

// notFound says whether the server knows nothing of what was looked for, be that a proof or not.
func notFound(err error) bool {
	var (
		gone    *pat.GoneError
		missing *pat.NotFoundError
	)

	return errors.As(err, &gone) || errors.As(err, &missing)
}
