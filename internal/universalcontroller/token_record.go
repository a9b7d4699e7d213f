package universalcontroller

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var errNoName = errors.New("a token has no name")

// tokenRecord is a token as Universal Controller's responses contain it. Only some versions send the
// owner's id.
type tokenRecord struct {
	Name       onceText `json:"name" xml:"name"`
	UserName   onceText `json:"userName" xml:"userName"`
	UserID     onceText `json:"userId" xml:"userId"`
	CreateTime onceText `json:"createTime" xml:"createTime"`
	Expiration onceText `json:"expiration" xml:"expiration"`
	LastUsed   lastUse  `json:"lastUsed" xml:"lastUsed"`
}

// convertTokens converts and sorts the records of one user.
func (s *System) convertTokens(records elements[tokenRecord], userID string) ([]pat.Token, error) {
	if records == nil {
		return nil, errNoList
	}

	tokens := make([]pat.Token, 0, len(records))

	for _, record := range records {
		token, err := s.convertToken(record, userID)
		if err != nil {
			return nil, err
		}

		tokens = append(tokens, token)
	}

	slices.SortStableFunc(tokens, func(a, b pat.Token) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.CreatedAt.Compare(b.CreatedAt))
	})

	return tokens, nil
}

// convertToken converts a record. Its name, creation time and expiry must be readable, because
// decisions about the token depend on them.
func (s *System) convertToken(record tokenRecord, userID string) (pat.Token, error) {
	if record.Name == "" {
		return pat.Token{}, errNoName
	}

	if record.UserID != "" && !strings.EqualFold(string(record.UserID), userID) {
		return pat.Token{}, fmt.Errorf("the token %q is of the user with id %q", record.Name, record.UserID)
	}

	created, err := parseInstant(string(record.CreateTime))
	if err != nil {
		return pat.Token{}, fmt.Errorf("the creation time of the token %q: %w", record.Name, err)
	}

	expires, err := parseDate(string(record.Expiration))
	if err != nil {
		return pat.Token{}, fmt.Errorf("the expiration of the token %q: %w", record.Name, err)
	}

	lastUsed, used := record.LastUsed.parse()

	return pat.Token{
		UserID:     userID,
		ID:         string(record.Name),
		Name:       string(record.Name),
		Status:     status(expires, s.clock.Now()),
		CreatedAt:  created,
		ExpiresAt:  expires,
		LastUsedAt: lastUsed,
		Used:       used,
	}, nil
}
