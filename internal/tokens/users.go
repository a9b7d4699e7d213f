package tokens

import (
	"context"
	"errors"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// UserIDError says that a text cannot be the id of a user on the platform.
type UserIDError struct {
	Text string
	// Configured is the platform that the provider is configured for.
	Configured pat.Traits
	// Of is another platform whose ids have the form of the text, if any has.
	Of pat.Option[pat.Traits]
}

// Error says what the text is.
func (e *UserIDError) Error() string {
	if e.Of.Set {
		return fmt.Sprintf("%s has the form of a user's id on %s, and this provider is configured for %s",
			pat.Quote(e.Text), e.Of.V.DisplayName, e.Configured.DisplayName)
	}

	return fmt.Sprintf("%s is not a user's id on %s, which matches %s", pat.Quote(e.Text), e.Configured.DisplayName, e.Configured.UserID)
}

// CheckUserID reports an id of a user that the platform does not have, before anything is sent.
func (e *Engine) CheckUserID(id string) Notices {
	if err := e.userIDError(id); err != nil {
		return Notices{InvalidUserID{Err: err}}
	}

	return nil
}

// userIDError says what is wrong with an id of a user, nil for nothing.
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

// Recipient returns the user that a token is to be issued to. An account that may issue
// tokens to a user by its key need not be allowed to see the user.
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

// checkUserID reports a user_id that the platform does not have.
func (e *Engine) checkUserID(id lifecycle.Value[string], notices *Notices) bool {
	if !id.Set {
		return true
	}

	said := e.CheckUserID(id.V)
	*notices = append(*notices, said...)

	return !said.Failed()
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
