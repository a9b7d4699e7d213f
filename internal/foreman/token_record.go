package foreman

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var errNoRecord = errors.New("a record without an id or a state, or without a name: the JSON is not what Foreman documents")

// tokenRecord is a token as the responses to show and list contain it, and with the secret the
// response to create. The keys really end in question marks.
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

// check returns an error for an invalid record. A record without its state would look expired.
func (r tokenRecord) check() error {
	if r.ID <= 0 || r.UserID <= 0 || r.Name == "" || r.Active == nil {
		return errNoRecord
	}

	return nil
}

// of returns an error for an invalid record, or one of another user.
func (r tokenRecord) of(userID string) error {
	if err := r.check(); err != nil {
		return err
	}

	if token := r.token(); token.UserID != userID {
		return fmt.Errorf("the token with id %s is of the user with id %s", token.ID, token.UserID)
	}

	return nil
}

// token converts the record. The server decides whether the token has expired, because its clock also
// decides whether the token can be used.
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

// ownedBy returns a function that returns an error for a record that is invalid or of another user.
func ownedBy(userID string) func(tokenRecord) error {
	return func(record tokenRecord) error { return record.of(userID) }
}
