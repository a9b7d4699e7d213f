package universalcontroller

import (
	"context"
	"net/url"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
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

	list, err := s.listTokens(ctx, userID)

	return s.selected(ctx, userID, query, list, err)
}

// selected returns those tokens of a list that a query selects, or what the error of the
// list, or its emptiness, proves.
func (s *System) selected(ctx context.Context, userID string, query pat.TokenQuery, list tokenList, err error) ([]pat.Token, error) {
	if err != nil {
		return nil, s.userAbsent(ctx, userID, err)
	}

	tokens, all := list.tokens, len(list.tokens)
	tokens = slices.DeleteFunc(tokens, func(token pat.Token) bool {
		return !query.Selects(token)
	})

	// Of an empty list, and of one that lacks a name, somebody may conclude that a token is
	// not there.
	if all == 0 || len(tokens) == 0 && query.Name.Set {
		if err := s.listIsOf(ctx, userID, list.owners); err != nil {
			return nil, err
		}
	}

	return tokens, nil
}

// tokenList is the list of a user's tokens; the owners are the usernames in it.
type tokenList struct {
	tokens []pat.Token
	owners []string
}

// listTokens fetches the list of a user's tokens.
func (s *System) listTokens(ctx context.Context, userID string) (list tokenList, err error) {
	var records elements[tokenRecord]

	_, err = s.get(ctx, tokenListPath, url.Values{"userid": {userID}}, &records, "tokens", func(rest.Answer) (err error) {
		list.tokens, err = s.convertTokens(records, userID)

		return err
	})

	for _, record := range records {
		list.owners = append(list.owners, string(record.UserName))
	}

	return list, err
}
