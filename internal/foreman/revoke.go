package foreman

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Revoke marks the token as revoked. Foreman keeps the row and returns it with 200, also for a token
// that was already revoked.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	path, err := tokenPath(token.Key())
	if err != nil {
		return err
	}

	// This response differs from the others: its keys have no question marks, and it contains the
	// hash of the secret, which is not decoded.
	var record struct {
		ID      int64 `json:"id"`
		Revoked bool  `json:"revoked"`
	}

	request := rest.Request{Method: http.MethodDelete, Segments: path, Query: s.scope.query(nil)}

	status, err := s.send(ctx, request, &record, func() error { return nil })
	if err == nil && record.Revoked && strconv.FormatInt(record.ID, 10) == token.ID {
		return nil
	}

	if _, ok := errors.AsType[*pat.NotFoundError](err); err != nil && !ok {
		return explainRevoke(status, err)
	}

	return s.settleRevocation(ctx, token, pat.Failure{
		Tried: s.rest.Tried(http.MethodDelete, path...), Said: fmt.Sprintf("HTTP %d", status), Err: err,
	})
}

// settleRevocation reads the token after Foreman did not confirm its revocation. failure has no cause
// if Foreman did not refuse it either.
func (s *System) settleRevocation(ctx context.Context, token pat.Token, failure pat.Failure) error {
	current, err := s.Token(ctx, token.Key())
	if _, gone := errors.AsType[*pat.GoneError](err); gone {
		return nil
	}

	if err != nil {
		return err
	}

	failure.Said += ", Foreman did not revoke the token, and shows it as " + string(current.Status)

	switch {
	case current.Status == pat.StatusRevoked:
		return nil
	case failure.Err == nil:
		failure.Remedy = "Foreman's response reported success. Check Foreman's log, and check for a proxy that responds in its place."

		return &pat.ProtocolError{Failure: failure}
	default:
		failure.Remedy = "The permission " + editUsers + " is missing. " + grantAll

		return &pat.PermissionError{Failure: failure, Missing: []string{editUsers}}
	}
}

// explainRevoke adds advice for the one case in which a token cannot be revoked at all. Foreman
// validates the row when it saves it, and concurrent requests can have created two tokens of one
// name. Then it responds with 500.
func explainRevoke(status int, err error) error {
	if failed, ok := errors.AsType[*pat.ProtocolError](err); ok && status == http.StatusInternalServerError {
		failed.Remedy = "If two tokens of this user have the same name, Foreman can revoke neither: " +
			"rename one in its database, or delete the user. " + failed.Remedy
	}

	return err
}
