package universalcontroller

import (
	"context"
	"net/url"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Token returns the token whose name is the key's TokenID. Some versions may allow two tokens of a
// name; then it returns the newer one. [pat.Token.SameAs] decides whether that is the token that the
// caller knows.
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

// Tokens returns a user's tokens in the order of their names, and tokens of the same name with the
// oldest first. Universal Controller cannot filter, so all of them are fetched.
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

// selected returns the tokens of a list that a query selects. If the list could not be read, or is
// empty, it returns what that proves.
func (s *System) selected(ctx context.Context, userID string, query pat.TokenQuery, list tokenList, err error) ([]pat.Token, error) {
	if err != nil {
		return nil, s.userAbsent(ctx, userID, err)
	}

	tokens, all := list.tokens, len(list.tokens)
	tokens = slices.DeleteFunc(tokens, func(token pat.Token) bool {
		return !query.Selects(token)
	})

	// A caller may conclude from an empty list, or from one without a name, that a token does not
	// exist.
	if all == 0 || len(tokens) == 0 && query.Name.Set {
		if err := s.listIsOf(ctx, userID, list.owners); err != nil {
			return nil, err
		}
	}

	return tokens, nil
}

// tokenList is the list of a user's tokens; owners are the usernames in it.
type tokenList struct {
	tokens []pat.Token
	owners []string
}

// listTokens requests the list of a user's tokens.
func (s *System) listTokens(ctx context.Context, userID string) (list tokenList, err error) {
	var records elements[tokenRecord]

	_, err = s.get(ctx, tokenListPath, url.Values{"userid": {userID}}, &records, "tokens", func(rest.Response) (err error) {
		list.tokens, err = s.convertTokens(records, userID)

		return err
	})

	for _, record := range records {
		list.owners = append(list.owners, string(record.UserName))
	}

	return list, err
}
