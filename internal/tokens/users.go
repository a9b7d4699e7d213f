package tokens

import (
	"context"
	"errors"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// UserIDError means that a text is not a valid user id on the platform.
type UserIDError struct {
	Text string
	// Configured is the platform that the provider is configured for.
	Configured pat.Traits
	// Of is another platform on which the text would be a valid user id, if there is one.
	Of pat.Option[pat.Traits]
}

// Error says why the text is not valid.
func (e *UserIDError) Error() string {
	if e.Of.Set {
		return fmt.Sprintf("%s has the form of a user's id on %s, and this provider is configured for %s",
			pat.Quote(e.Text), e.Of.V.DisplayName, e.Configured.DisplayName)
	}

	return fmt.Sprintf("%s is not a user's id on %s, which matches %s", pat.Quote(e.Text), e.Configured.DisplayName, e.Configured.UserID)
}

// CheckUserID reports a user id that is not valid on the platform. It sends no request.
func (e *Engine) CheckUserID(id string) Notices {
	if err := e.userIDError(id); err != nil {
		return Notices{InvalidUserID{Err: err}}
	}

	return nil
}

// userIDError returns an error if a user id is not valid, or nil.
func (e *Engine) userIDError(id string) *UserIDError {
	configured := e.System.Traits()
	if configured.UserID.MatchString(id) {
		return nil
	}

	err := &UserIDError{Text: id, Configured: configured}

	for _, traits := range e.Platforms {
		if traits.UserID.MatchString(id) {
			err.Of = pat.Some(traits)
		}
	}

	return err
}

// Recipient returns the user that a token is to be issued to. An account that may issue tokens to a
// user by id may lack the permission to see the user; then the user has only the id.
func (e *Engine) Recipient(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	if ref.ID != "" {
		if err := e.userIDError(ref.ID); err != nil {
			return pat.User{}, err
		}
	}

	user, err := e.System.User(ctx, ref)

	var denied *pat.PermissionError
	if errors.As(err, &denied) && ref.ID != "" && ref.Username == "" {
		return pat.User{ID: ref.ID}, nil
	}

	return user, err
}

// checkUserID reports a `user_id` that is not valid on the platform.
func (e *Engine) checkUserID(id lifecycle.Value[string], notices *Notices) bool {
	if !id.Set {
		return true
	}

	found := e.CheckUserID(id.V)
	*notices = append(*notices, found...)

	return !found.Failed()
}

// namesOwner reports whether the arguments name the owner or no user; the latter is possible only
// with ignore_changes.
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

// notFound reports whether the server did not find the object, with or without proof that it does not
// exist.
func notFound(err error) bool {
	var (
		gone    *pat.GoneError
		missing *pat.NotFoundError
	)

	return errors.As(err, &gone) || errors.As(err, &missing)
}
