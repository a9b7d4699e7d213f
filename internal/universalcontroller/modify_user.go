package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/semaphore"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

const (
	// modifyRolesRemedy names the roles that allow an account to modify users.
	modifyRolesRemedy = "To modify users, grant this account the role ops_user_admin or ops_admin. Without one of them an account " +
		"may modify only its own names, email, title, department, phone numbers and time zone. Nothing was changed."

	// refusedRemedy is for a record that the server refuses.
	refusedRemedy = "Nothing was changed. The request contained the user's record as the server shows it, with the changed values, " +
		"and without its password and tokens."

	// sideEffectRemedy is for a record that differs from the expected one after a write.
	sideEffectRemedy = "Universal Controller, or another account at the same time, changed the user in a way that the provider did not request. " +
		"Compare the user's record in Universal Controller with the values above, and correct it there."
)

// ModifiableUser reads one user.
func (s *System) ModifiableUser(ctx context.Context, ref pat.UserRef) (pat.ModifiableUser, error) {
	seen, err := s.lookAtUser(ctx, ref, false)

	return seen.user, err
}

// ModifyUser reads the record, replaces the members of the properties, writes it and reads it again:
// Universal Controller blanks each member that a record omits, and what else a write does to a user
// is only partly documented.
func (s *System) ModifyUser(ctx context.Context, userID string, properties pat.Properties) (pat.ModifiableUser, error) {
	if err := checkUserID(userID); err != nil {
		return pat.ModifiableUser{}, err
	}

	request := rest.Request{Method: http.MethodPut, Segments: userPath, Accept: asSentence}

	unlock, err := s.lockUser(ctx, userID, allWrites)
	if err != nil {
		return pat.ModifiableUser{}, s.notSent(request, err)
	}
	defer unlock()

	before, err := s.lookAtUser(ctx, pat.UserRef{ID: userID}, true)
	if err != nil {
		return pat.ModifiableUser{}, err
	}

	different := properties.Difference(before.user.Properties)
	if len(different) == 0 {
		return before.user, nil
	}

	request.Body, request.ContentType = before.document.with(different).request(), before.document.form.contentType()

	_, err = s.rest.Do(ctx, request)

	_, unclear := errors.AsType[*pat.AmbiguousError](err)
	if err != nil && !unclear {
		return pat.ModifiableUser{}, s.explainModify(ctx, userID, err)
	}

	after, lookErr := s.lookAtUser(ctx, pat.UserRef{ID: userID}, true)

	switch {
	case lookErr != nil:
		return pat.ModifiableUser{}, s.unchecked(request, err, lookErr)
	case unclear && len(before.changes(after, nil)) == 0:
		return pat.ModifiableUser{}, notCarriedOut(err)
	}

	changes := append(notTaken(different, after.user.Properties), before.changes(after, different)...)
	if len(changes) > 0 {
		return pat.ModifiableUser{}, &pat.SideEffectError{Failure: pat.Failure{
			Tried:  s.rest.Tried(http.MethodPut, userPath...),
			Said:   s.rest.Text("after the request, " + strings.Join(changes, "; ")),
			Remedy: sideEffectRemedy,
		}}
	}

	return after.user, nil
}

// seenUser is a user as one response contains it.
type seenUser struct {
	user     pat.ModifiableUser
	document userDocument
}

// lookAtUser reads a user and keeps the record unchanged.
func (s *System) lookAtUser(ctx context.Context, ref pat.UserRef, withTokens bool) (seenUser, error) {
	var (
		seen seenUser
		err  error
	)

	seen.user.User, err = s.user(ctx, ref, userReading{withTokens: withTokens, document: &seen.document})
	if err != nil {
		return seenUser{}, err
	}

	seen.user.BuiltIn = seen.user.Username == builtInAdmin || seen.user.ID == builtInID
	seen.user.Properties, err = seen.document.properties()
	if err != nil {
		return seenUser{}, &pat.ProtocolError{Failure: pat.Failure{
			Tried: s.rest.Tried(http.MethodGet, userPath...), Said: s.rest.Text("HTTP 200: " + err.Error()),
		}}
	}

	return seen, nil
}

// changes describes the differences of a user between two responses, except in these properties.
func (u seenUser) changes(after seenUser, except pat.Properties) []string {
	changes := u.document.changesTo(after.document, except)
	had, has := u.user.Tokens, slices.Clone(after.user.Tokens)

	for _, token := range had {
		at := slices.IndexFunc(has, func(t pat.Token) bool { return t.SameAs(token) && t.ExpiresAt.Equal(token.ExpiresAt) })
		if at < 0 {
			changes = append(changes, fmt.Sprintf("the token %q, created at %s, is no longer there", token.Name, createdAt(token)))
		} else {
			has = slices.Delete(has, at, at+1)
		}
	}

	for _, token := range has {
		changes = append(changes, fmt.Sprintf("the token %q, created at %s, was not there before", token.Name, createdAt(token)))
	}

	return changes
}

// notTaken describes which properties do not have the values that they were given.
func notTaken(given, have pat.Properties) []string {
	var changes []string

	missing := given.Difference(have)

	for _, property := range pat.AllProperties() {
		if value, differs := missing[property]; differs {
			changes = append(changes, fmt.Sprintf("%s is %s, not %s", propertyMembers[property], pat.Quote(have[property]), pat.Quote(value)))
		}
	}

	return changes
}

// notCarriedOut returns the error of a request whose effect was unknown, if the user is unchanged.
func notCarriedOut(err error) error {
	if unclear, ok := errors.AsType[*pat.AmbiguousError](err); ok {
		unclear.Remedy = "The user was read again and is unchanged. The server may still carry out the request. " +
			"Run Terraform again: it sends the request once more only if the user still differs."
	}

	return err
}

// unchecked returns the error of a request that was processed, or may have been, if the user could
// not be read afterwards.
func (s *System) unchecked(request rest.Request, err, lookErr error) error {
	said := "the server accepted the request"
	if unclear, ok := errors.AsType[*pat.AmbiguousError](err); ok {
		said = unclear.Said
	}

	return &pat.AmbiguousError{Failure: pat.Failure{
		Tried: s.rest.Tried(request.Method, request.Segments...),
		Said:  fmt.Sprintf("%s; the user could not be read afterwards: %s", said, lookErr),
		Remedy: "Compare the user's record in Universal Controller with the configuration, and run Terraform again: " +
			"it sends the request once more only if the user still differs.",
		Err: lookErr,
	}}
}

// explainModify adds advice to the error of a refused request.
func (s *System) explainModify(ctx context.Context, userID string, err error) error {
	if denied, ok := errors.AsType[*pat.PermissionError](err); ok {
		denied.Remedy = modifyRolesRemedy
	}

	if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
		invalid.Remedy = refusedRemedy
	}

	return s.userAbsent(ctx, userID, err)
}

// allWrites is the weight of a modification of a user. No other write to the user may overlap with
// it, because it writes what it has read, and compares the tokens before and after. oneWrite is the
// weight of any other write.
const (
	oneWrite  = 1
	allWrites = math.MaxInt64
)

// lockUser waits until a write to a user may begin. The caller calls unlock after the write.
func (s *System) lockUser(ctx context.Context, userID string, weight int64) (unlock func(), err error) {
	known, _ := s.turns.LoadOrStore(userID, semaphore.NewWeighted(allWrites))
	turns := known.(*semaphore.Weighted) //nolint:forcetypeassert // Nothing else is stored.

	if err := turns.Acquire(ctx, weight); err != nil {
		return nil, err
	}

	return func() { turns.Release(weight) }, nil
}

// notSent returns the error of a write that was cancelled while it waited for its turn.
func (s *System) notSent(request rest.Request, err error) error {
	return &pat.TransientError{Failure: pat.Failure{
		Tried: s.rest.Tried(request.Method, request.Segments...), Said: "not sent: " + err.Error(), Err: err,
	}}
}
