package foreman

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var errNoRecord = errors.New("a record without an id or a state, or without a name: the JSON is not what Foreman documents")

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

// ownedBy says of each record what is wrong with it as one of this user's.
func ownedBy(userID string) func(tokenRecord) error {
	return func(record tokenRecord) error { return record.of(userID) }
}
