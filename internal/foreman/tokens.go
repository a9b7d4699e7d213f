package foreman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// secretForm matches the passwords that HTTP Basic authentication can send in every character
// encoding. Foreman's own secrets consist of letters, digits, - and _.
var secretForm = regexp.MustCompile(`^[!-~]+$`)

// Token returns one token by its id.
func (s *System) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	token, err := s.showToken(ctx, key, s.scope)
	if err != nil {
		return pat.Token{}, s.tokenAbsent(ctx, key, err)
	}

	return token, nil
}

// Create issues a token. If no request was sent to the server yet, it first makes sure that the
// server's version is supported.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	path, err := tokensPath(userID)
	if err != nil {
		return pat.Issued{}, err
	}

	if err := s.meet(ctx); err != nil {
		return pat.Issued{}, err
	}

	parameters := map[string]any{"name": token.Name}
	if token.ExpiresAt.Set {
		parameters["expires_at"] = expiry(token.ExpiresAt.V)
	}

	body, err := json.Marshal(map[string]any{"personal_access_token": parameters})
	if err != nil {
		return pat.Issued{}, fmt.Errorf("encoding the request for a token: %w", err)
	}

	request := rest.Request{
		Method: http.MethodPost, Segments: path, Query: s.scope.query(nil),
		Body: body, ContentType: "application/json", Accept: "application/json",
	}

	var record tokenRecord

	request.Decode = func(response rest.Response) error {
		cause := rest.DecodeJSON(response.Body, &record)

		switch {
		case cause != nil || record.ID <= 0 || !secretForm.MatchString(record.Value):
			return s.rest.UnexpectedResponse(request, response, errNoSecret)
		case record.Name != token.Name || record.token().UserID != userID:
			return s.rest.UnexpectedResponse(request, response, errNotOurs)
		default:
			return nil
		}
	}

	if _, err := s.rest.Do(ctx, request); err != nil {
		return pat.Issued{}, explainCreate(err)
	}

	return pat.Issued{Token: record.token(), Secret: pat.Secret(record.Value), Asked: token.ExpiresAt}, nil
}

// explainCreate adds advice that Foreman's own message does not contain.
func explainCreate(err error) error {
	var (
		invalid *pat.ValidationError
		missing *pat.NotFoundError
	)

	switch {
	case errors.As(err, &missing):
		missing.Remedy = "Foreman shows this account no such user: check user_id, organization_id and location_id, " +
			"and that the user is in the account's organizations and locations."

	case errors.As(err, &invalid) && len(invalid.Fields["name"]) > 0:
		invalid.Remedy = "Foreman does not allow a token name to be reused, not even that of a revoked or expired token: " +
			"use another name, or name_prefix."
	}

	return err
}
