package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestTheTableHasAColumnForEachPlatform(t *testing.T) {
	t.Parallel()

	const want = "" +
		"|  | One | Two |\n" +
		"| --- | --- | --- |\n" +
		"| `platform` | `one` | `two` |\n" +
		"| a token's name, once it was revoked | is free again | is used up for its user, for ever |\n" +
		"| a token is addressed by | its name | its id, or its name |\n" +
		"| a token expires | on a date: `expires_at` is midnight in UTC | at an instant, to the second |\n" +
		"| the longest name | has 9 characters | has no limit |\n" +
		"| reserved names | none | `a`, `b` |\n" +
		"| a user's id matches | `x\\|y` | anything |\n"

	have := table([]pat.Traits{
		{
			Platform: "one", DisplayName: "One", ReusableNames: true, ExpiryIsDate: true, MaxNameLength: 9,
			UserID: regexp.MustCompile("x|y"),
		},
		{Platform: "two", DisplayName: "Two", TokenIDs: true, ReservedNames: []string{"a", "b"}},
	})

	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestEveryTraitIsInTheTable(t *testing.T) {
	t.Parallel()

	plain := table([]pat.Traits{{}})

	for field := range reflect.TypeFor[pat.Traits]().Fields() {
		var traits pat.Traits

		value := reflect.ValueOf(&traits).Elem().FieldByIndex(field.Index)

		switch value.Interface().(type) {
		case string:
			value.SetString("text")
		case bool:
			value.SetBool(true)
		case int:
			value.SetInt(1)
		case []string:
			value.Set(reflect.ValueOf([]string{"text"}))
		case *regexp.Regexp:
			value.Set(reflect.ValueOf(regexp.MustCompile("text")))
		default:
			t.Fatalf("%s is a %s, which this test cannot set", field.Name, field.Type)
		}

		if table([]pat.Traits{traits}) == plain {
			t.Errorf("%s makes no difference", field.Name)
		}
	}
}

func TestTheTableIsOfTheDrivers(t *testing.T) {
	t.Parallel()

	var out strings.Builder
	if err := run(nil, &out); err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{"| Foreman | Universal Controller |", "`foreman` | `universal_controller`", "has 100 characters", "`registry`"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestTheTableReplacesWhatIsBetweenTheMarks(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "page.md")
	write(t, file, "before\n"+begin+"old\n"+end+"after\n")

	for range 2 {
		if err := rewrite(file, "new\n"); err != nil {
			t.Fatal(err)
		}

		have, err := os.ReadFile(file) //nolint:gosec // The test's own.
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff("before\n"+begin+"\nnew\n\n"+end+"after\n", string(have)); diff != "" {
			t.Errorf("file (-want +got):\n%s", diff)
		}
	}
}

func TestAFileWithoutAPlaceForTheTableIsRefused(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"no mark":          "text\n",
		"no end":           begin + "text\n",
		"the end is above": end + begin + "text\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			file := filepath.Join(t.TempDir(), "page.md")
			write(t, file, text)

			if err := run([]string{file}, nil); err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("the error is %v, want one that names the file", err)
			}

			if have, err := os.ReadFile(file); err != nil || string(have) != text { //nolint:gosec // The test's own.
				t.Errorf("the file is %q now, %v", have, err)
			}
		})
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()

	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
