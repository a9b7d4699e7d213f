package foreman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// digits are Foreman's ids: positive, within a bigint.
var digits = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// secretForm is what a password can be in HTTP Basic authentication, whatever the server
// reads its bytes as. Foreman's own secrets are letters, digits, - and _.
var secretForm = regexp.MustCompile(`^[!-~]+$`)

// tokenRecord is a token as show and list write it, and create with the secret before
// it. The keys really end in question marks.
type tokenRecord struct {
	ID         int64     `json:"id"`
	UserID     int64     `json:"user_id"`
	Name       string    `json:"name"`
	CreatedAt  timestamp `json:"created_at"`
	ExpiresAt  timestamp `json:"expires_at"`
	LastUsedAt timestamp `json:"last_used_at"`
	Active     *bool     `json:"active?"`
	Revoked    bool      `json:"revoked?"`

	Value string `json:"token_value"`
}

func (r tokenRecord) key() int64 { return r.ID }

// check says what is wrong with a record. Without its state it would pass for expired.
func (r tokenRecord) check() error {
	if r.ID <= 0 || r.UserID <= 0 || r.Name == "" || r.Active == nil {
		return errNoRecord
	}

	return nil
}

// of says what is wrong with a record that should be one of this user's.
func (r tokenRecord) of(userID string) error {
	if err := r.check(); err != nil {
		return err
	}

	if token := r.token(); token.UserID != userID {
		return fmt.Errorf("the token with id %s is of the user with id %s", token.ID, token.UserID)
	}

	return nil
}

// token converts the record. Whether an expiry has passed is the server's word: its
// clock decides over the token's use, too.
func (r tokenRecord) token() pat.Token {
	status := pat.StatusExpired

	switch {
	case r.Revoked:
		status = pat.StatusRevoked
	case r.Active != nil && *r.Active:
		status = pat.StatusActive
	}

	return pat.Token{
		UserID:     strconv.FormatInt(r.UserID, 10),
		ID:         strconv.FormatInt(r.ID, 10),
		Name:       r.Name,
		Status:     status,
		CreatedAt:  r.CreatedAt.Time,
		ExpiresAt:  r.ExpiresAt.Time,
		LastUsedAt: r.LastUsedAt.Time,
		Used:       !r.LastUsedAt.IsZero(),
	}
}

// Token returns one token by its number.
func (s *System) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	token, err := s.showToken(ctx, key, s.scope)
	if err != nil {
		return pat.Token{}, s.tokenAbsent(ctx, key, err)
	}

	return token, nil
}

// Create issues a token. Where nothing was asked of the server yet, it first makes sure
// that its version is supported.
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

	request.Decode = func(answer rest.Answer) error {
		cause := rest.DecodeJSON(answer.Body, &record)

		switch {
		case cause != nil || record.ID <= 0 || !secretForm.MatchString(record.Value):
			return s.rest.UnexpectedAnswer(request, answer, errNoSecret)
		case record.Name != token.Name || record.token().UserID != userID:
			return s.rest.UnexpectedAnswer(request, answer, errNotOurs)
		default:
			return nil
		}
	}

	if _, err := s.rest.Do(ctx, request); err != nil {
		return pat.Issued{}, explainCreate(err)
	}

	return pat.Issued{Token: record.token(), Secret: pat.Secret(record.Value), Asked: token.ExpiresAt}, nil
}

// showToken reads one token in the given scope.
func (s *System) showToken(ctx context.Context, key pat.Key, within scope) (pat.Token, error) {
	path, err := tokenPath(key)
	if err != nil {
		return pat.Token{}, err
	}

	var record tokenRecord

	err = s.get(ctx, path, within.query(nil), &record, func() error {
		if err := record.check(); err != nil {
			return err
		}

		if token := record.token(); token.Key() != key {
			return fmt.Errorf("the answer is about token %s of user %s", token.ID, token.UserID)
		}

		return nil
	})
	if err != nil {
		return pat.Token{}, err
	}

	return record.token(), nil
}

// ownedBy says of each record what is wrong with it as one of this user's.
func ownedBy(userID string) func(tokenRecord) error {
	return func(record tokenRecord) error { return record.of(userID) }
}

// mayList tells an empty list from one that Foreman keeps from the caller: without
// view_users the tokens of others are just not in it.
func (s *System) mayList(ctx context.Context, userID string, within scope) error {
	self, err := s.self(ctx)
	if err != nil || self.ID == userID || self.Admin {
		return err
	}

	_, err = s.showUser(ctx, userID, within)

	return s.userAbsent(ctx, userID, within, err)
}

// explainCreate adds what Foreman's own words leave out.
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
		invalid.Remedy = "Foreman never frees a name, not even that of a revoked or expired token: " +
			"use another name, or name_prefix."
	}

	return err
}

// tokensPath returns the path of a user's tokens.
func tokensPath(userID string) ([]string, error) {
	if err := number("user", userID); err != nil {
		return nil, err
	}

	return segments("users", byID(userID), "personal_access_tokens"), nil
}

// tokenPath returns the path of a token.
func tokenPath(key pat.Key) ([]string, error) {
	path, err := tokensPath(key.UserID)
	if err != nil {
		return nil, err
	}

	if err := number("token", key.TokenID); err != nil {
		return nil, err
	}

	return append(path, key.TokenID), nil
}

// number refuses whatever is not all digits, before it is sent: Foreman would take the
// leading ones, and an empty segment for another route.
func number(what, id string) error {
	if digits.MatchString(id) {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried:  fmt.Sprintf("addressing a %s by the id %s", what, pat.Quote(id)),
		Said:   "Foreman's ids are whole numbers",
		Remedy: fmt.Sprintf("Use the %s's number, in digits alone.", what),
	}}
}
