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

// leakBeginning is the length of the shortest text that is looked for.
const leakBeginning = 6

// leakPassword begins every password of the leak tests.
const leakPassword = "oaPWD-"

// The kinds of what must not leak. A failure names the kind alone.
const (
	leakOfSecret      = "a token's secret"
	leakOfFingerprint = "the SHA-256 of a token's secret"
	leakOfPassword    = "a password"
	leakOfCredentials = "the credentials of an Authorization header"
	leakOfSession     = "a session"
	leakOfHash        = "a hash"
	leakOfKey         = "the key of a client certificate"
	// Not a secret, but what no answer may cause; a stack may hold some.
	leakOfPanic = "a panic"
)

var (
	leakSecret = regexp.MustCompile(
		`(?:` + regexp.QuoteMeta(foremanserver.SecretPrefix) + `|` + regexp.QuoteMeta(controllerserver.SecretPrefix) + `)[0-9A-Za-z_-]+`)
	leakFingerprintLine = regexp.MustCompile(`\bsha256\b"?\s*[=:]`)
)

// leakWatch knows all that must not come out, and what has.
type leakWatch struct {
	mu       sync.Mutex
	kinds    map[string]string   // of each text that is looked for
	index    map[string][]string // the texts by their beginnings
	findings map[string]int      // how often each was made
}

// newLeakWatch returns a watch that knows the marks by which the sandboxes' secrets are
// recognized, whether one of them was met or not.
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

// guard looks for the text from now on, for each half of it, and for it in base64.
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

// guardKey looks for each line of a key in PEM, and for its beginning as a whole: an error may say
// that a block is a private key.
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

// guardSecret looks for a token's secret and for its fingerprint.
func (w *leakWatch) guardSecret(secret string) {
	sum := sha256.Sum256([]byte(secret))
	w.guard(leakOfSecret, secret)
	w.guard(leakOfFingerprint, hex.EncodeToString(sum[:]))
}

// sent guards what a request proves itself with.
func (w *leakWatch) sent(r *http.Request) {
	if _, credentials, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		w.guard(leakOfCredentials, credentials)
	}

	for _, cookie := range r.Cookies() {
		w.guard(leakOfSession, cookie.Value)
	}
}

// received guards the secrets in an answer.
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

// look looks for all of it in one line of what came out of a place.
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

// lookAtText looks at what a CLI wrote for its user: there a fingerprint may stand, in the
// attribute that is made for it.
func (w *leakWatch) lookAtText(place, text string) {
	for line := range strings.Lines(text) {
		if leakFingerprintLine.MatchString(line) {
			w.look(place, line, leakOfFingerprint)
		} else {
			w.look(place, line)
		}
	}
}

// lookAtValues looks at decoded JSON, but for what the marks say is sensitive: they are
// true in place of a value, or of the shape of the values.
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

// harmless returns the lines of a text that announce errors and hold nothing that is
// looked for.
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

// count returns how many texts of a kind are looked for.
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

// report fails the test for each finding, without what was found.
func (w *leakWatch) report(t *testing.T) {
	t.Helper()

	w.mu.Lock()
	defer w.mu.Unlock()

	for _, finding := range slices.Sorted(maps.Keys(w.findings)) {
		t.Errorf("%s (%d times)", finding, w.findings[finding])
	}
}
