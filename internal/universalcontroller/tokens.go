package universalcontroller

import (
	"context"
	"net/url"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

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
