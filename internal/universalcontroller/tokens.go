package universalcontroller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	tokenPath     = segments("user", "token")
	tokenListPath = segments("user", "token", "list")
)

var errNoName = errors.New("a token has no name")

// tokenRecord is a token as Universal Controller writes it. The owner's id is in some
// versions only.
type tokenRecord struct {
	Name       once    `json:"name" xml:"name"`
	UserName   once    `json:"userName" xml:"userName"`
	UserID     once    `json:"userId" xml:"userId"`
	CreateTime once    `json:"createTime" xml:"createTime"`
	Expiration once    `json:"expiration" xml:"expiration"`
	LastUsed   lastUse `json:"lastUsed" xml:"lastUsed"`
}

// Token returns the token of the name that is the key's TokenID. Of two namesakes, which
// some versions may allow, it is the newer; whether that is the token that the caller
// knows is for [pat.Token.SameAs] to say.
func (s *System) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	if err := checkName(key.TokenID); err != nil {
		return pat.Token{}, err
	}

	tokens, err := s.Tokens(ctx, key.UserID, pat.TokenQuery{Name: pat.Some(key.TokenID)})
	if err != nil {
		return pat.Token{}, err
	}

	if len(tokens) == 0 {
		return pat.Token{}, s.tokenAbsent(key)
	}

	return tokens[len(tokens)-1], nil
}

// Tokens returns a user's tokens in the order of their names, namesakes from the oldest
// on. Universal Controller filters nothing, so all of them are fetched.
func (s *System) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	if err := checkUserID(userID); err != nil {
		return nil, err
	}

	if err := noNative(query.Native); err != nil {
		return nil, err
	}

	tokens, owners, err := s.listTokens(ctx, userID)
	if err != nil {
		return nil, s.userAbsent(ctx, userID, err)
	}

	all := len(tokens)
	tokens = slices.DeleteFunc(tokens, func(token pat.Token) bool {
		return !query.Selects(token)
	})

	// Of an empty list, and of one that lacks a name, somebody may conclude that a token is
	// not there.
	if all == 0 || len(tokens) == 0 && query.Name.Set {
		if err := s.listIsOf(ctx, userID, owners); err != nil {
			return nil, err
		}
	}

	return tokens, nil
}

// listTokens fetches the list of a user's tokens. The owners are the usernames in it.
func (s *System) listTokens(ctx context.Context, userID string) (tokens []pat.Token, owners []string, err error) {
	var records elements[tokenRecord]

	_, err = s.get(ctx, tokenListPath, url.Values{"userid": {userID}}, &records, "tokens", func() (err error) {
		tokens, err = s.convertTokens(records, userID)

		return err
	})

	for _, record := range records {
		owners = append(owners, string(record.UserName))
	}

	return tokens, owners, err
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

// convertToken converts a record. Without its name, creation time or expiry nothing right
// could be decided about a token, so these must be readable.
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
		Status:     status(expires, s.now()),
		CreatedAt:  created,
		ExpiresAt:  expires,
		LastUsedAt: lastUsed,
		Used:       used,
	}, nil
}

// checkName refuses, before it is sent, a name that the server would refuse, or cut to
// another.
func checkName(name string) error {
	failure := pat.Failure{Tried: "addressing a token by the name " + pat.Quote(name)}

	switch {
	case strings.TrimSpace(name) == "":
		failure.Said = "the name is blank"
	case !utf8.ValidString(name):
		failure.Said = "the name is not valid UTF-8"
	case utf8.RuneCountInString(name) > maxNameLength:
		failure.Said = fmt.Sprintf("a name on Universal Controller has at most %d characters", maxNameLength)
	default:
		return nil
	}

	return &pat.ValidationError{Failure: failure, Fields: map[string][]string{"name": {failure.Said}}}
}
