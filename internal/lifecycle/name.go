package lifecycle

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Series matches the part that the names of all generations of one resource's tokens share: six of
// the characters a-z and 2-7.
var Series = regexp.MustCompile(`^[a-z2-7]{6}$`)

// maxGeneration is the largest possible generation: with one token a day, it is reached after 2,700
// years. A larger number was not issued by the provider, because anyone can choose such a name, and
// no generation could follow the largest number.
const maxGeneration = 999_999

// NewSeries returns a random series, one of 2^30.
func NewSeries() string {
	var random [4]byte

	_, _ = rand.Read(random[:]) // crypto/rand never fails.

	return strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))[:6]
}

// Name returns the name of a generation: <prefix><series>-<generation>.
func Name(prefix, series string, generation int64) string {
	return Stem(prefix, series) + strconv.FormatInt(generation, 10)
}

// Stem returns the beginning that the names of all generations share.
func Stem(prefix, series string) string { return prefix + series + "-" }

// Generation returns the generation in a name, and false if the name does not belong to the series
// exactly.
func Generation(name, prefix, series string) (int64, bool) {
	digits, ok := strings.CutPrefix(name, Stem(prefix, series))
	if !ok {
		return 0, false
	}

	return number(digits)
}

// Names recognizes a resource's own tokens among those of a user by their names.
type Names struct {
	// Series is the part that the names of all generations share; if it is empty, no name belongs to
	// it.
	Series string
	// Prefixes are the prefixes that the resource has or had.
	Prefixes []string
}

// Generation returns the generation in a name, and false if the name does not belong to the series. A
// name with a prefix that the resource never had does not, because anyone can choose such a name.
func (n Names) Generation(name string) (int64, bool) {
	for _, prefix := range n.Prefixes {
		if generation, ok := Generation(name, prefix, n.Series); ok && n.Series != "" {
			return generation, true
		}
	}

	return 0, false
}

// Resembles reports whether the name would belong to the series if it had another prefix.
func (n Names) Resembles(name string) bool {
	at := strings.LastIndex(name, Stem("", n.Series))
	if at < 0 || n.Series == "" {
		return false
	}

	_, ok := Generation(name, name[:at], n.Series)

	return ok
}

func number(digits string) (int64, bool) {
	generation, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || generation < 1 || generation > maxGeneration || strconv.FormatInt(generation, 10) != digits {
		return 0, false
	}

	return generation, true
}

// CheckText refuses a name or prefix that a server would not return as it was sent: a blank one, one
// with leading or trailing blanks, which Foreman strips, and one with control characters.
func CheckText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s is blank", pat.Quote(text))
	case strings.TrimSpace(text) != text:
		return fmt.Errorf("%s begins or ends with whitespace, which the server would strip: write %s",
			pat.Quote(text), pat.Quote(strings.TrimSpace(text)))
	case !utf8.ValidString(text):
		return fmt.Errorf("%s is not valid UTF-8", pat.Quote(text))
	case strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%s has a control character, %U, as its character %d",
			pat.Quote(text), []rune(text)[controlAt(text)], controlAt(text)+1)
	default:
		return nil
	}
}

// controlAt returns the index of the first control character.
func controlAt(text string) int { return slices.IndexFunc([]rune(text), unicode.IsControl) }

// CheckName refuses a name that the platform does not allow. For a name that will be generated from a
// prefix, pass the longest name that can be generated.
func CheckName(name string, traits pat.Traits) error {
	if err := CheckText(name); err != nil {
		return err
	}

	if length := utf8.RuneCountInString(name); traits.MaxNameLength > 0 && length > traits.MaxNameLength {
		return fmt.Errorf("%s has %d characters, and %s allows %d",
			pat.Quote(name), length, traits.DisplayName, traits.MaxNameLength)
	}

	if slices.Contains(traits.ReservedNames, name) {
		return fmt.Errorf("%s is reserved: %s issues tokens with this name itself", pat.Quote(name), traits.DisplayName)
	}

	return nil
}

// CheckPrefix refuses a prefix whose names the platform would not allow, up to the last generation.
func CheckPrefix(prefix string, traits pat.Traits) error {
	if err := CheckText(prefix); err != nil {
		return err
	}

	return CheckName(Name(prefix, "aaaaaa", maxGeneration), traits)
}
