package foremanserver

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// searchNow is the time of the searches.
var searchNow = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

func TestSearchGrammar(t *testing.T) {
	t.Parallel()
	names := []string{
		"alpha", "beta", "alpha beta", "Gamma", `x"quote`, "per%cent", "under_score", "underXscore",
		`back\slash`, "o'neil", "comma,name", "a=b", "and", "ünï", "star*", "",
	}
	everything := names
	tests := map[string]struct {
		query string
		want  []string
		err   string
	}{
		"an empty search":                            {query: "", want: everything},
		"blanks":                                     {query: " \t ", want: everything},
		"a bare word, any case, anywhere":            {query: "ALPHA", want: []string{"alpha", "alpha beta"}},
		"adjacent words are joined by and":           {query: "alpha beta", want: []string{"alpha beta"}},
		"a quoted phrase":                            {query: `"alpha b"`, want: []string{"alpha beta"}},
		"equal is exact":                             {query: "name = alpha", want: []string{"alpha"}},
		"equal as a word":                            {query: "name at alpha", want: []string{"alpha"}},
		"equal is case-sensitive":                    {query: "name = ALPHA", want: nil},
		"equal has no wildcards":                     {query: "name = al*", want: nil},
		"== is equal":                                {query: "name == beta", want: []string{"beta"}},
		"an escaped quote":                           {query: `name="x\"quote"`, want: []string{`x"quote`}},
		"an escaped backslash":                       {query: `name="back\\slash"`, want: []string{`back\slash`}},
		"an unescaped quote":                         {query: `name="x"quote"`, want: nil},
		"an unterminated quote":                      {query: `name="alpha`, want: []string{"alpha"}},
		"a backslash before the end":                 {query: `name="alpha\`, want: []string{"alpha"}},
		"an operator inside quotes":                  {query: `name="a=b"`, want: []string{"a=b"}},
		"a keyword as a value at the end is dropped": {query: "name = and", want: []string{"comma,name"}},
		"a keyword inside quotes":                    {query: `name="and"`, want: []string{"and"}},
		"a comma inside quotes":                      {query: `name="comma,name"`, want: []string{"comma,name"}},
		"letters beyond ASCII":                       {query: `name="ünï"`, want: []string{"ünï"}},
		"ilike folds letters beyond ASCII":           {query: `name ~ ÜNÏ`, want: []string{"ünï"}},
		"the empty name":                             {query: `name=""`, want: []string{""}},
		"like wraps":                                 {query: "name ~ lph", want: []string{"alpha", "alpha beta"}},
		"like with a star does not wrap":             {query: "name ~ al*", want: []string{"alpha", "alpha beta"}},
		"like with a star at the front":              {query: "name ~ *eta", want: []string{"beta", "alpha beta"}},
		"a percent sign is a star":                   {query: "name ~ %beta", want: []string{"beta", "alpha beta"}},
		"runs of stars are one":                      {query: "name ~ a**%a", want: []string{"alpha", "alpha beta"}},
		"an underscore is any character":             {query: "name ~ under_score", want: []string{"under_score", "underXscore"}},
		"a backslash escapes an underscore":          {query: `name ~ "under\\_score"`, want: []string{"under_score"}},
		"unlike":                                     {query: "name !~ a", want: []string{`x"quote`, "per%cent", "under_score", "underXscore", "o'neil", "ünï", ""}},
		"not equal":                                  {query: "name <> alpha name != beta name ~ beta", want: []string{"alpha beta"}},
		"in a list":                                  {query: "name ^ (alpha, beta)", want: []string{"alpha", "beta"}},
		"in a list of one without parentheses":       {query: "name ^ alpha", want: []string{"alpha"}},
		"in a list with quotes":                      {query: `name ^ ("alpha beta", and)`, want: []string{"alpha beta"}},
		"a list's comma cannot be quoted":            {query: `name ^ ("comma,name")`, want: nil},
		"not in a list":                              {query: "name !^ (alpha, beta) and name ~ beta", want: []string{"alpha beta"}},
		"a list without a field":                     {query: "^ (alpha, beta)", want: []string{"alpha", "beta"}},
		"not in a list without a field":              {query: "!^ (alpha, beta) and name ~ alpha", want: []string{"alpha beta"}},
		"or":                                         {query: "name = alpha or name = beta", want: []string{"alpha", "beta"}},
		"or as a sign":                               {query: "name = alpha || name = beta | name = Gamma", want: []string{"alpha", "beta", "Gamma"}},
		"and as a sign":                              {query: "alpha && beta & a", want: []string{"alpha beta"}},
		"keywords in any case":                       {query: "name = alpha OR name = beta", want: []string{"alpha", "beta"}},
		"the right side binds first":                 {query: "name = beta or name = alpha and name = Gamma", want: []string{"beta"}},
		"and before or takes all to its right":       {query: "name = beta and name = alpha or name = beta", want: []string{"beta"}},
		"parentheses":                                {query: "(name = alpha or name = beta) and name = beta", want: []string{"beta"}},
		"not":                                        {query: "not alpha and beta", want: []string{"beta"}},
		"not as a sign":                              {query: "-alpha beta", want: []string{"beta"}},
		"not not":                                    {query: "not not name = alpha", want: []string{"alpha"}},
		"not of parentheses":                         {query: "not (alpha or beta) and name ~ a and name !~ m", want: []string{"back\\slash", "a=b", "and", "star*"}},
		"an operator without a field":                {query: "= alpha", want: []string{"alpha"}},
		"greater without a field finds no field":     {query: "> 5", want: everything},
		"greater and less compare text":              {query: "name >= b and name < c", want: []string{"beta", `back\slash`}},
		"before and after are less and greater":      {query: `name after alph and name before "alpha~"`, want: []string{"alpha", "alpha beta"}},
		"set":                                        {query: "has name", want: everything},
		"set with a question mark":                   {query: "set? name", want: everything},
		"null":                                       {query: "null? name", want: nil},
		"not null":                                   {query: "not null? name", want: everything},
		"id":                                         {query: "id = 1", want: []string{"alpha"}},
		"id in a list":                               {query: "id ^ (1,2)", want: []string{"alpha", "beta"}},
		"id compared":                                {query: "id > 1 and id <= 3", want: []string{"beta", "alpha beta"}},
		"a negative id in quotes":                    {query: `id = "-1"`, want: nil},
		"user id":                                    {query: "user_id = 7", want: everything},
		"trailing operators are dropped":             {query: "name = alpha and (", want: []string{"alpha"}},
		"only parentheses":                           {query: "((", want: everything},
		"a field and an operator without a value is free text": {query: "name =", want: []string{"comma,name"}},
		"the word in is free text":                             {query: "name in (a)", want: nil},
		"text after a closing parenthesis":                     {query: "alpha) beta", want: []string{"alpha", "alpha beta"}},
		"a comma separates":                                    {query: "alpha, beta", want: []string{"alpha beta"}},
		"an apostrophe is ordinary":                            {query: "name=o'neil", want: []string{"o'neil"}},

		"an unknown field":                       {query: "bogus = 1", err: "Field 'bogus' not recognized for searching!"},
		"has with an unknown field":              {query: "has bogus", err: "Field 'bogus' not recognized for searching!"},
		"! belongs to the word before it":        {query: "name!=alpha", err: "Field 'name!' not recognized for searching!"},
		"a field in another case":                {query: "Name = alpha", err: "Field 'Name' not recognized for searching!"},
		"an id that is not a number":             {query: "id = abc", err: "Value 'abc' is not valid for field 'id'"},
		"a list with an id that is not a number": {query: "id ^ (1,x)", err: "Value 'x' is not valid for field 'id'"},
		"like on a number":                       {query: "id ~ 6", err: "the operator 'like' is not supported for field type 'integer'"},
		"a keyword as a value":                   {query: "name = and alpha", err: "Value expected but found :and"},
		"a minus before a number":                {query: "id = -5", err: "Value expected but found :not"},
		"empty parentheses":                      {query: "() alpha", err: "Empty list of operands"},
		"an empty list":                          {query: "^ () alpha", err: "Empty list of operands"},
		"two operators in a row":                 {query: "= = alpha", err: "Value expected but found :eq"},
		"an id too large":                        {query: "id = 99999999999", err: "PG::NumericValueOutOfRange"},
		"not of nothing":                         {query: "not > alpha", err: "PG::SyntaxError"},
		"a pattern that ends in a backslash": {
			query: `name ~ "*\\"`, err: "PG::InvalidEscapeSequence",
		},
	}
	var rows []*token
	for i, name := range names {
		rows = append(rows, &token{id: i + 1, userID: 7, name: name})
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selected, err := searcher[*token]{fields: tokenFields, now: searchNow, zone: time.UTC}.compile(test.query)
			if test.err != "" {
				checkSearchError(t, err, test.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, row := range rows {
				if selected == nil || selected(row) == isTrue {
					have = append(have, row.name)
				}
			}
			if diff := cmp.Diff(test.want, have); diff != "" {
				t.Errorf("%q selects (-want +have):\n%s", test.query, diff)
			}
		})
	}
}

// checkSearchError checks that errors of the database are distinguishable from those of the search
// language.
func checkSearchError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
		t.Errorf("error %v, want %q", err, want)
		return
	}
	var query *queryError
	if isQuery := errors.As(err, &query); isQuery == (want[:2] == "PG") {
		t.Errorf("error %v is a queryError: %t", err, isQuery)
	}
}

func TestUserSearch(t *testing.T) {
	t.Parallel()
	server := New(Options{})
	for _, u := range []User{
		{
			Login: "alice", Firstname: "Alice", Mail: "alice@example.com", Permissions: []string{"view_users"},
			OrganizationIDs: []int{DefaultOrganizationID}, LocationIDs: []int{DefaultLocationID},
		},
		{Login: "bob", Lastname: "Builder", Disabled: true, Description: "fixes it"},
		{Login: "carol", Admin: true},
	} {
		if _, err := server.AddUser(u); err != nil {
			t.Fatal(err)
		}
	}
	server.usersLogin["alice"].lastLogin = searchNow.Add(-time.Hour)
	server.usersLogin["bob"].lastLogin = searchNow.AddDate(0, 0, -10)
	tests := map[string]struct {
		query string
		want  []string
		err   string
	}{
		"login":                              {query: "login=alice", want: []string{"alice"}},
		"free text in any text field":        {query: "builder", want: []string{"bob"}},
		"free text in the role":              {query: `"alice role"`, want: []string{"alice"}},
		"free text in the location":          {query: "location", want: []string{"alice"}},
		"the authentication source":          {query: "auth_source = Internal and auth_source_type = AuthSourceInternal", want: []string{"alice", "bob", "carol"}},
		"yes by the field's name":            {query: "admin", want: []string{"carol"}},
		"no":                                 {query: "disabled = false", want: []string{"alice", "carol"}},
		"not equal to no":                    {query: "disabled != false", want: []string{"bob"}},
		"null is not unequal":                {query: "firstname != Alice", want: nil},
		"not of null is true":                {query: "not firstname = Alice", want: []string{"bob", "carol"}},
		"null or true is true":               {query: "firstname = x or login = bob", want: []string{"bob"}},
		"null":                               {query: "null? mail", want: []string{"bob", "carol"}},
		"an organization by id":              {query: "organization_id = 1", want: []string{"alice"}},
		"an organization by name":            {query: `organization = "Default Organization"`, want: []string{"alice"}},
		"a role":                             {query: "role ~ ali", want: []string{"alice"}},
		"a role's id":                        {query: "has role_id", want: []string{"alice"}},
		"a user group":                       {query: "usergroup = x", want: nil},
		"login today":                        {query: "last_login_on = today", want: []string{"alice"}},
		"login before a day":                 {query: `last_login_on < "2031-05-01"`, want: []string{"bob"}},
		"login up to a day":                  {query: `last_login_on <= "2031-05-06"`, want: []string{"alice", "bob"}},
		"login after a day":                  {query: `last_login_on > "2031-05-06"`, want: nil},
		"login since some days":              {query: `last_login_on > "3 days ago"`, want: []string{"alice"}},
		"login within an hour":               {query: `last_login_on >= "2 hours ago"`, want: []string{"alice"}},
		"login not on a day":                 {query: `last_login_on != yesterday`, want: []string{"alice", "bob"}},
		"login since weeks and more":         {query: `last_login_on > "2 weeks ago" last_login_on > "1 month ago" last_login_on < "1 year from now" last_login_on < tomorrow last_login_on > "9 minutes ago"`, want: nil},
		"text that is not a time is ignored": {query: "last_login_on > lately", want: []string{"alice", "bob", "carol"}},
		"a value other than yes and no":      {query: "disabled = maybe", err: "'disabled' should be one of 'true, false', but the query was 'maybe'"},
		"greater than yes":                   {query: "disabled > true", err: "Operator 'gt' not supported for 'disabled'"},
		"like on a time":                     {query: "last_login_on ~ x", err: "the operator 'like' is not supported for field type 'datetime'"},
		"an unknown field":                   {query: "email = x", err: "Field 'email' not recognized for searching!"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selected, err := searcher[*user]{fields: server.userFields(), now: searchNow, zone: time.UTC}.compile(test.query)
			if test.err != "" {
				checkSearchError(t, err, test.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, login := range []string{"alice", "bob", "carol"} {
				if selected == nil || selected(server.usersLogin[login]) == isTrue {
					have = append(have, login)
				}
			}
			if diff := cmp.Diff(test.want, have); diff != "" {
				t.Errorf("%q selects (-want +have):\n%s", test.query, diff)
			}
		})
	}
}

func FuzzSearchNeverBreaks(f *testing.F) {
	for _, seed := range []string{"", "((", `name="`, "not ^ (", "a and or b", "^,", "null? (", "! ! a", "name ~ *%_\\"} {
		f.Add(seed)
	}
	rows := []*token{{id: 1, name: "a"}, {id: 2, name: "not"}}
	f.Fuzz(func(_ *testing.T, query string) {
		selected, err := searcher[*token]{fields: tokenFields, now: searchNow, zone: time.UTC}.compile(query)
		if err == nil && selected != nil {
			for _, row := range rows {
				selected(row)
			}
		}
	})
}
