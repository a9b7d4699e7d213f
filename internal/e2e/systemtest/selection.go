package systemtest

import (
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// selectTests test the optional interfaces of a System, [pat.TokenSelector] and [pat.TokenPager].
func selectTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"SelectTokens agrees with Tokens": selectionsAgree,
		"EachToken agrees with Tokens":    pagesAgree,
	}
}

// addSeries adds tokens with every status to alice and one token to bob. It returns the user ids and
// alice's tokens.
func (s *scene) addSeries() (alice, bob string, all []pat.Token) {
	s.Helper()

	alice, bob = s.server.AddUser(s, "alice"), s.server.AddUser(s, "bob")

	for _, name := range []string{"ci-1", "cd-1", "ci-2", "c%-1", "xci-9", "CI-9", "ci-3"} {
		s.server.AddToken(s, "alice", name, expiry())
	}

	s.server.AddToken(s, "alice", "expired", past())
	s.server.AddToken(s, "alice", "revoked", time.Time{})
	s.server.RevokeToken(s, "alice", "revoked")
	s.server.AddToken(s, "bob", "his", expiry())

	if all = s.tokens(alice); len(all) < 7 {
		s.Fatalf("the tokens are %q", names(all))
	}

	return alice, bob, all
}

// series returns queries for tokens that were issued after another token.
func series(all []pat.Token) []pat.TokenQuery {
	return []pat.TokenQuery{
		{NamePrefix: pat.Some("ci-"), AfterID: all[0].ID},
		{NamePrefix: pat.Some("ci-"), AfterID: all[len(all)-1].ID},
		{NamePrefix: pat.Some("c%"), AfterID: all[2].ID},
		{NamePrefix: pat.Some("ci-3"), AfterID: "2147483648"},
		{NamePrefix: pat.Some("ci-3"), AfterID: "0 or id > 0"},
		{NamePrefix: pat.Some("c%"), AfterID: "x"},
		{NameContains: "i-", AfterID: all[1].ID},
		{Name: pat.Some("ci-3"), AfterID: all[0].ID},
		{Name: pat.Some("none"), AfterID: all[0].ID},
	}
}

func selectionsAgree(s *scene) {
	if !s.Selector {
		return
	}

	alice, bob, all := s.addSeries()
	his := s.token(bob, "his").ID
	queries := series(all)

	selections := map[string]pat.Selection{
		"none":                      {},
		"one":                       {IDs: []string{all[3].ID}},
		"a repeated id":             {IDs: []string{all[3].ID, all[3].ID}},
		"several, out of order":     {IDs: []string{all[5].ID, all[0].ID, all[len(all)-1].ID}},
		"another user's id":         {IDs: []string{his}},
		"malformed and unknown ids": {IDs: []string{"", "x", "4 or id > 0", "4)", "0", "*", "2147483648", "999999999999999999", all[3].ID}},
		"one id and a later query":  {IDs: []string{all[1].ID, "7 or 1"}, Later: queries[:2]},
		"all queries":               {Later: queries},
		"all queries and some ids":  {IDs: []string{all[0].ID, all[6].ID, his}, Later: queries},
	}
	for _, query := range queries {
		selections["later: "+query.NamePrefix.V+query.NameContains+" after "+query.AfterID] = pat.Selection{Later: []pat.TokenQuery{query}}
	}

	for what, selection := range selections {
		want := slices.DeleteFunc(slices.Clone(all), func(token pat.Token) bool {
			return !slices.Contains(selection.IDs, token.ID) &&
				!slices.ContainsFunc(selection.Later, func(query pat.TokenQuery) bool { return query.Selects(token) })
		})

		got, total, err := selectTokens(s.ctx, s.admin, alice, selection)
		if err != nil || !slices.EqualFunc(got, want, equalTokens) {
			s.Errorf("%s: %q, %v; want %q", what, names(got), err, names(want))
		}

		if asked := len(selection.IDs)+len(selection.Later) > 0; asked && total != len(all) {
			s.Errorf("%s: the total is %d, want %d", what, total, len(all))
		}
	}

	s.server.DeleteUser(s, "bob")

	_, _, err := selectTokens(s.ctx, s.admin, bob, pat.Selection{IDs: []string{his}})
	s.fails("a deleted user", err, "user gone")
}

func pagesAgree(s *scene) {
	if !s.Pager {
		return
	}

	alice, bob, all := s.addSeries()

	for _, query := range append(series(all), pat.TokenQuery{}, pat.TokenQuery{Name: pat.Some("none")}) {
		want := slices.DeleteFunc(slices.Clone(all), func(token pat.Token) bool { return !query.Selects(token) })

		if got, err := s.admin.Tokens(s.ctx, alice, query); err != nil || !slices.EqualFunc(got, want, equalTokens) {
			s.Errorf("Tokens for %+v: %q, %v; want %q", query, names(got), err, names(want))
		}

		if got, err := eachToken(s.ctx, s.admin, alice, query); err != nil || !slices.EqualFunc(got, want, equalTokens) {
			s.Errorf("%+v: %q, %v; want %q", query, names(got), err, names(want))
		}
	}

	pager, _ := s.admin.(pat.TokenPager)
	for taken := 1; taken <= len(all); taken++ {
		var got []pat.Token

		for token, err := range pager.EachToken(s.ctx, alice, pat.TokenQuery{}) {
			s.succeeds("EachToken", err)

			if got = append(got, token); len(got) == taken {
				break
			}
		}

		if !slices.EqualFunc(got, all[:taken], equalTokens) {
			s.Errorf("the first %d tokens are %q", taken, names(got))
		}
	}

	s.server.DeleteUser(s, "bob")

	for what, test := range map[string]struct {
		userID, kind string
		query        pat.TokenQuery
	}{
		"a deleted user":            {userID: bob, kind: "user gone"},
		"an invalid id":             {userID: "alice", kind: "validation"},
		"a query of another driver": {userID: alice, kind: "validation", query: pat.TokenQuery{Native: "name ~ t"}},
	} {
		yielded := 0

		for token, err := range pager.EachToken(s.ctx, test.userID, test.query) {
			if yielded++; token != (pat.Token{}) {
				s.Errorf("%s: EachToken yielded token %s", what, token.ID)
			}

			s.fails(what, err, test.kind)
		}

		if yielded != 1 {
			s.Errorf("%s: EachToken yielded %d times, want one error", what, yielded)
		}
	}
}
