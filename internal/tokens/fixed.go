package tokens

import (
	"context"
	"errors"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TakenError means that a user already has a token of the requested name or, if names are not
// reusable, ever had one.
type TakenError struct {
	Token  pat.Token
	Traits pat.Traits
}

// Error names the token and says what to do.
func (e *TakenError) Error() string {
	text := fmt.Sprintf("The user with id %s already has a token named %q (id %s, %s). ",
		e.Token.UserID, e.Token.Name, e.Token.ID, e.Token.Status)

	if !e.Traits.ReusableNames {
		text += fmt.Sprintf("%s never frees a name, not even that of a revoked token. ", e.Traits.DisplayName)
	}

	switch {
	case e.Token.Status == pat.StatusActive:
		if e.Traits.ReusableNames {
			text += "If a resource that is being replaced has that token, the new one needs the name while the old one still " +
				"has it. Remove `create_before_destroy`, or use name_prefix. "
		} else {
			text += "If a resource that is being replaced has that token, choose another name, or use name_prefix: neither " +
				"with `create_before_destroy` nor without it can the name come back. "
		}

		text += fmt.Sprintf("If no resource has it, import the token (%s/%s), choose another name, or use name_prefix.",
			e.Token.UserID, e.Token.ID)
	case e.Traits.ReusableNames:
		text += "Revoke it, choose another name, or use name_prefix."
	default:
		text += "Choose another name, or use name_prefix."
	}

	return text
}

// Taken returns a [TakenError] if no other token of the user can have the name.
func (i *Issuer) Taken(ctx context.Context, userID, name string) error {
	tokens, err := i.system.Tokens(ctx, userID, pat.TokenQuery{Name: pat.Some(name)})
	if err != nil {
		return err
	}

	if len(tokens) == 0 {
		return nil
	}

	return &TakenError{Token: tokens[len(tokens)-1], Traits: i.system.Traits()}
}

// issueFixed issues a token with a name that the user chose. If the response is lost, a second
// request follows only if names are reusable. Otherwise none is sent, not even by a later call,
// because it could create a second token of the name.
func (i *Issuer) issueFixed(ctx context.Context, order Order) (Result, error) {
	unseen := i.Taken(ctx, order.UserID, order.Name)
	if _, denied := errors.AsType[*pat.PermissionError](unseen); unseen != nil && !denied {
		return Result{}, unseen
	}
	// An account that may create tokens may lack the permission to list them. Then the server decides
	// whether the name is free.

	reusable := i.system.Traits().ReusableNames
	if !reusable && i.unanswered.has(order.UserID, order.Name) {
		return Result{}, i.noTwin(order, errAskedBefore)
	}

	result := Result{Series: order.Series, Generation: order.Generation + 1}

	issued, err := i.request(ctx, order, order.Name)

	if _, ambiguous := errors.AsType[*pat.AmbiguousError](err); ambiguous {
		if unseen != nil { // A token of this name may have existed before.
			return Result{}, i.lostFixed(order, err, false, unseen)
		}

		found, lookErr := i.revokeLost(ctx, order.UserID, order.Name)

		if lookErr != nil || ctx.Err() != nil || !reusable {
			return Result{}, i.lostFixed(order, err, found, lookErr)
		}

		if issued, err = i.request(ctx, order, order.Name); err != nil {
			// Either request may have been processed after the lookup.
			return Result{}, i.failWithLost(ctx, order.UserID, []string{order.Name}, err)
		}
	}

	if err != nil {
		return Result{}, err
	}

	result.Issued = issued

	return result, nil
}

var errAskedBefore = errors.New("an earlier request of this run for a token of this name got no response")

// lostFixed describes what became of a token with a fixed name whose response was lost.
func (i *Issuer) lostFixed(order Order, cause error, found bool, lookErr error) error {
	traits := i.system.Traits()

	switch {
	case lookErr != nil && found:
		return fmt.Errorf("%w The token %q was created, its secret was lost with the response, and revoking it failed (%w). "+
			"Revoke it: it belongs to the user with id %s", sentence{cause}, order.Name, lookErr, order.UserID)
	case lookErr != nil:
		return fmt.Errorf("%w Could not determine whether the token %q was created (%w). "+
			"Check the tokens of the user with id %s, and revoke it if it exists",
			sentence{cause}, order.Name, lookErr, order.UserID)
	case found && traits.ReusableNames:
		return fmt.Errorf("%w The token %q was created, but its secret was lost with the response, so it was revoked",
			sentence{cause}, order.Name)
	case found:
		return fmt.Errorf("%w The token was created, but its secret was lost with the response, so it was revoked; "+
			"%s does not allow the name %q to be reused: set another name, or use name_prefix",
			sentence{cause}, traits.DisplayName, order.Name)
	case traits.ReusableNames:
		return fmt.Errorf("%w No token %q exists yet: check the tokens of the user with id %s in a few "+
			"minutes, and revoke it if it appears", sentence{cause}, order.Name, order.UserID)
	default:
		return i.noTwin(order, cause)
	}
}

// noTwin explains why the name is not sent in a second request.
func (i *Issuer) noTwin(order Order, cause error) error {
	return fmt.Errorf("%w No token %q exists yet. A second request could create a second token of this name, which %s could not "+
		"revoke, so none was sent: check the tokens of the user with id %s in a few minutes; "+
		"if it appears, revoke it and set another name, or use name_prefix",
		sentence{cause}, order.Name, i.system.Traits().DisplayName, order.UserID)
}

// SharedError means that two resources of one process have the same series.
type SharedError struct {
	Series string
	// Token is the live token of the other resource.
	Token pat.Token
}

// Error names the other resource's token and says what to do.
func (e *SharedError) Error() string {
	return fmt.Sprintf("The series %q belongs to another resource of this run, whose token is %q (id %s). Each would take the "+
		"other's tokens for orphans, so no token was issued. Set a different `series` on this resource.",
		e.Series, e.Token.Name, e.Token.ID)
}
