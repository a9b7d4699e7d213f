package leak

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// leakBeginning is the length of the shortest text that is searched for.
const leakBeginning = 6

// leakPassword is the beginning of every password in the leak tests.
const leakPassword = "oaPWD-"

// The kinds of secrets. A failure names only the kind.
const (
	leakOfSecret      = "a token's secret"
	leakOfFingerprint = "the SHA-256 of a token's secret"
	leakOfPassword    = "a password"
	leakOfCredentials = "the credentials of an Authorization header"
	leakOfSession     = "a session"
	leakOfHash        = "a hash"
	leakOfKey         = "the key of a client certificate"
	// A panic is not a secret, but no response may cause one, and its stack may contain secrets.
	leakOfPanic = "a panic"
)

var (
	leakSecret = regexp.MustCompile(
		`(?:` + regexp.QuoteMeta(foremanserver.SecretPrefix) + `|` + regexp.QuoteMeta(controllerserver.SecretPrefix) + `)[0-9A-Za-z_-]+`)
	leakFingerprintLine = regexp.MustCompile(`\bsha256\b"?\s*[=:]`)
)

// leakWatch knows all texts that must not appear in any output, and records where they did.
type leakWatch struct {
	mu       sync.Mutex
	kinds    map[string]string   // the kind of each text to search for
	index    map[string][]string // the texts, by their beginnings
	findings map[string]int      // how often each finding occurred
}

// newLeakWatch returns a watch that already knows the marks by which the sandboxes' secrets can be
// recognized, even if the front has not seen the secret.
func newLeakWatch() *leakWatch {
	w := &leakWatch{kinds: map[string]string{}, index: map[string][]string{}, findings: map[string]int{}}

	for mark, kind := range map[string]string{
		leakPassword:                  leakOfPassword,
		foremanserver.SecretPrefix:    leakOfSecret,
		controllerserver.SecretPrefix: leakOfSecret,
		foremanserver.HashPrefix:      leakOfHash,
		foremanserver.SessionPrefix:   leakOfSession,
		"panic: ":                     leakOfPanic,
	} {
		w.add(kind, mark)
	}

	return w
}

// guard adds a text to search for, also its halves and its base64 encoding.
func (w *leakWatch) guard(kind, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()

	half := len(text) / 2
	for _, spelling := range []string{text, text[:half], text[half:], base64.StdEncoding.EncodeToString([]byte(text))} {
		w.add(kind, spelling)
	}
}

func (w *leakWatch) add(kind, text string) {
	if _, known := w.kinds[text]; !known && len(text) >= leakBeginning {
		w.kinds[text] = kind
		w.index[text[:leakBeginning]] = append(w.index[text[:leakBeginning]], text)
	}
}

// guardKey adds each line of a PEM key, and "BEGIN PRIVATE KEY", but not "PRIVATE KEY" alone: an error
// may say that a block is a private key.
func (w *leakWatch) guardKey(pem string) {
	for line := range strings.Lines(pem) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && line != "" {
			w.guard(leakOfKey, line)
		}
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	w.add(leakOfKey, "BEGIN PRIVATE KEY")
}

// guardSecret adds a token's secret and its fingerprint.
func (w *leakWatch) guardSecret(secret string) {
	sum := sha256.Sum256([]byte(secret))
	w.guard(leakOfSecret, secret)
	w.guard(leakOfFingerprint, hex.EncodeToString(sum[:]))
}

// sent adds the credentials in a request.
func (w *leakWatch) sent(r *http.Request) {
	if _, credentials, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		w.guard(leakOfCredentials, credentials)
	}

	for _, cookie := range r.Cookies() {
		w.guard(leakOfSession, cookie.Value)
	}
}

// received adds the secrets in a response.
func (w *leakWatch) received(header http.Header, body string) {
	for _, secret := range leakSecret.FindAllString(body, -1) {
		w.guardSecret(secret)
	}

	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		w.guard(leakOfSession, cookie.Value)
	}

	if i := strings.Index(body, foremanserver.HashPrefix); i >= 0 {
		w.guard(leakOfHash, body[i:i+len(foremanserver.HashPrefix)+20])
	}
}

// look searches a line of output for all texts.
func (w *leakWatch) look(place, line string, allowed ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()

	for i := range max(0, len(line)-leakBeginning+1) {
		for _, text := range w.index[line[i:i+leakBeginning]] {
			if kind := w.kinds[text]; !slices.Contains(allowed, kind) && strings.HasPrefix(line[i:], text) {
				w.findings[kind+" in "+place]++
			}
		}
	}
}

// lookAtText checks a CLI's output to its user, in which the attribute for fingerprints may contain
// one.
func (w *leakWatch) lookAtText(place, text string) {
	for line := range strings.Lines(text) {
		if leakFingerprintLine.MatchString(line) {
			w.look(place, line, leakOfFingerprint)
		} else {
			w.look(place, line)
		}
	}
}

// lookAtValues checks decoded JSON, except for values that are marked as sensitive: marks has the same
// structure, with true in place of such values.
func (w *leakWatch) lookAtValues(place string, values, marks any) {
	if marks == true {
		return
	}

	switch v := values.(type) {
	case map[string]any:
		within, _ := marks.(map[string]any)
		if within == nil {
			within = map[string]any{"values": v["sensitive_values"], "before": v["before_sensitive"], "after": v["after_sensitive"]}
		}

		for key, value := range v {
			if text, ok := value.(string); ok && key == "sha256" {
				w.look(place+"."+key, text, leakOfFingerprint)
			} else {
				w.look("a name in "+place, key)
				w.lookAtValues(place+"."+key, value, within[key])
			}
		}
	case []any:
		within, _ := marks.([]any)

		for i, value := range v {
			var mark any
			if i < len(within) {
				mark = within[i]
			}

			w.lookAtValues(place, value, mark)
		}
	default:
		w.look(place, fmt.Sprint(v))
	}
}

// harmless returns the lines of a text that announce errors and contain none of the texts.
func (w *leakWatch) harmless(text string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()

	var lines []string

	for line := range strings.Lines(text) {
		if strings.Contains(line, "Error: ") && !slices.ContainsFunc(slices.Collect(maps.Keys(w.kinds)), func(secret string) bool {
			return strings.Contains(line, secret)
		}) {
			lines = append(lines, line)
		}
	}

	slices.Sort(lines)

	return slices.Compact(lines)
}

// count returns the number of texts of a kind.
func (w *leakWatch) count(kind string) int {
	w.mu.Lock()
	defer w.mu.Unlock()

	var count int

	for _, k := range w.kinds {
		if k == kind {
			count++
		}
	}

	return count
}

// report fails the test for each finding, without printing the secret.
func (w *leakWatch) report(t *testing.T) {
	t.Helper()

	w.mu.Lock()
	defer w.mu.Unlock()

	for _, finding := range slices.Sorted(maps.Keys(w.findings)) {
		t.Errorf("%s (%d times)", finding, w.findings[finding])
	}
}
