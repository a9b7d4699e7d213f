package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeJSON(t *testing.T) {
	t.Parallel()

	type object struct {
		ID   int
		Name string
		Rows []object
	}

	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	list := func(row string, n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + "]"
	}

	tests := map[string]struct {
		body string
		want string // A part of the error; empty means no error.
		what any    // The decoded value; nil means any.
	}{
		"an object":                              {`{"id":1,"name":"a","rows":[{"id":2},{"id":3}]}`, "", object{1, "a", []object{{ID: 2}, {ID: 3}}}},
		"blanks everywhere":                      {" { \"id\" :\t1 ,\r\n\"rows\" : [ ] } ", "", object{1, "", []object{}}},
		"brackets and quotes in a text":          {`{"id":1,"name":"}],{[:\",\\"}`, "", object{1, `}],{[:",\`, nil}},
		"unknown members":                        {`{"id":1,"x":{"id":2,"y":[{"id":3}]}}`, "", object{ID: 1}},
		"one name in two objects":                {`{"id":1,"rows":[{"id":1,"rows":[{"id":1}]},{"id":1}]}`, "", nil},
		"one name as a member and as a text":     {`{"id":1,"name":"id","x":["id","id"]}`, "", nil},
		"null":                                   {`null`, "", object{}},
		"a byte order mark":                      {"\ufeff{}", "invalid character", nil},
		"not UTF-8":                              {"{\"name\":\"\xff\"}", "not valid UTF-8", nil},
		"a NUL byte":                             {"{\"name\":\"\x00\"}", "invalid character", nil},
		"nothing":                                {"", "unexpected end", nil},
		"half":                                   {`{"name":"`, "unexpected end", nil},
		"half an escape":                         {`{"name":"\`, "in string escape", nil},
		"two documents":                          {`{} {}`, "after top-level value", nil},
		"closing brackets only":                  {`]}`, "invalid character", nil},
		"only a comma":                           {`,`, "invalid character", nil},
		"a member twice":                         {`{"id":1,"name":"a","id":2}`, "a member twice", nil},
		"a member twice, below":                  {`{"rows":[{"id":1},{"id":1,"id":1}]}`, "a member twice", nil},
		"a member twice, with others in between": {`{"x":{"id":1,"x":{}},"x":1}`, "a member twice", nil},
		"a member twice, escaped":                {`{"id":1,"\u0069d":2}`, "a member twice", nil},
		"a member twice, in capitals":            {`{"id":1,"ID":2}`, "a member twice", nil},
		"a member twice, in equivalent letters":  {`{"rows":[],"row\u017f":[]}`, "a member twice", nil},
		"an unknown member twice":                {`{"y":1,"y":2}`, "a member twice", nil},
		"the deepest":                            {nested(maxDepth), "cannot unmarshal", nil},
		"too deep":                               {nested(maxDepth + 1), "levels deep", nil},
		"objects too deep":                       {strings.Repeat(`{"a":`, maxDepth+1) + "0" + strings.Repeat("}", maxDepth+1), "levels deep", nil},
		"the most rows":                          {`{"rows":` + list("{}", maxRows) + `}`, "", nil},
		"too many rows":                          {`{"rows":` + list("{}", maxRows+1) + `}`, "more than 20000 rows", nil},
		"too many rows in two lists":             {`{"rows":` + list("{}", maxRows/2) + `,"x":` + list("0", maxRows/2+1) + `}`, "more than 20000 rows", nil},
		"too many rows, empty ones":              {`{"rows":` + list(" [ ] ", maxRows+1) + `}`, "more than 20000 rows", nil},
		"the most elements":                      {`{"rows":` + list(`{"rows":`+list("{}", 10)+`}`, maxElements/10) + `}`, "", nil},
		"too many elements":                      {`{"rows":` + list(`{"rows":`+list("{}", 11)+`}`, maxElements/10) + `}`, "list more than 100000 elements", nil},
		"the longest text":                       {`{"name":"` + strings.Repeat("a", maxLiteral) + `"}`, "", nil},
		"too long a text":                        {`{"name":"` + strings.Repeat("a", maxLiteral+1) + `"}`, "longer than 64 KiB", nil},
		"too long a name":                        {`{"` + strings.Repeat("a", maxLiteral+1) + `":0}`, "longer than 64 KiB", nil},
		"too long a number":                      {`{"id":` + strings.Repeat("9", maxLiteral+1) + `}`, "longer than 64 KiB", nil},
		"too many different members":             {`{` + numbered(maxMembers+1) + `}`, "different members", nil},
		"many members":                           {`{"rows":[{` + numbered(maxMembers) + `},{` + numbered(maxMembers) + `}]}`, "", nil},
		"too much text":                          {`{"x":` + list(`"`+strings.Repeat("a", 60<<10)+`"`, maxTexts/(60<<10)+1) + `}`, "more than 32 MiB", nil},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out object

			err := DecodeJSON([]byte(test.body), &out)

			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Fatalf("the error is %v, want %q", err, test.want)
			case test.what != nil:
				if diff := cmp.Diff(test.what, out); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// numbered returns n members.
func numbered(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `,"m%d":0`, i)
	}

	return text.String()[1:]
}

// FuzzDecodeJSON checks that DecodeJSON decodes what encoding/json does, except for the documents
// that it refuses.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"name":"a","rows":[{"id":2},{"id":3}]}`, `{"a":"\"}\\","b":[[],[ ],{}]}`, `{"a":1,"\u0061":2}`, "\ufeff{}",
		`{"s":1,"S":2,"\u017f":3}`, `[{"a":[{"a":1}]},{"a":1}]`, `"\ud800"`, `-1e999`, `[1,]`, `{"a"}`, `{"a":"b":"c"}`, "\x00", "\xff",
		strings.Repeat("[", 70), `{"":{"":{"":0}},"x":""}`, `{"K":1,"k":2}`,
	} {
		f.Add([]byte(seed))
	}

	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want any

		err := DecodeJSON(body, &got)
		plain := json.Unmarshal(body, &want)

		if err == nil && (plain != nil || cmp.Diff(want, got) != "") {
			t.Errorf("decoded %v; encoding/json has %v, %v", got, want, plain)
		}

		if refused := refusal(body); plain == nil && (err != nil) != (refused != nil) {
			t.Errorf("the error is %v, want %v", err, refused)
		}
	})
}

// refusal is a slow implementation of what DecodeJSON refuses in valid JSON.
func refusal(body []byte) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}

	if len(body) > maxMembers {
		return DecodeJSON(body, new(any)) // Limits of size are tested elsewhere.
	}

	return walk(json.NewDecoder(bytes.NewReader(body)), 0)
}

// walk checks one value.
func walk(d *json.Decoder, depth int) error {
	d.UseNumber()

	token, err := d.Token()
	if err != nil {
		return err
	}

	bracket, ok := token.(json.Delim)
	if !ok {
		return nil
	}

	if depth == maxDepth {
		return errors.New("too deep")
	}

	var names []string

	for d.More() {
		if bracket == '{' {
			token, err := d.Token()
			if err != nil {
				return err
			}

			name := fmt.Sprint(token)
			for _, other := range names {
				if strings.EqualFold(name, other) {
					return errors.New("twice")
				}
			}

			names = append(names, name)
		}

		if err := walk(d, depth+1); err != nil {
			return err
		}
	}

	_, err = d.Token()

	return err
}

func BenchmarkCheckJSON(b *testing.B) {
	row := `{"created_at":"2026-11-21 16:50:10 UTC","id":1,"name":"deploy-abcdef-12","expires_at":null,` +
		`"active?":true,"user_id":5,"last_used_at":null,"revoked?":false},`
	body := []byte("[" + strings.TrimSuffix(strings.Repeat(row, 1000), ",") + "]")

	b.SetBytes(int64(len(body)))
	b.ReportAllocs()

	for b.Loop() {
		if err := checkBounds(body); err != nil {
			b.Fatal(err)
		}
	}
}
