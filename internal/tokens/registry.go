package tokens

import (
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Registry is what one process knows about token resources: their live tokens, and the names that
// belong to each. It is safe for concurrent use. The zero value is empty.
type Registry struct {
	mu     sync.Mutex
	live   map[pat.Key]liveToken
	claims map[string][]seriesClaim // By series: only resources that share one can collide.
	// versions are those of the secrets in states that this process has read. It is not known which
	// resource replaces which, so a new secret gets none of them.
	versions map[int64]bool
	// inUse are the predecessors that a refresh found in use: only the server knows their last use.
	inUse map[pat.Key]lifecycle.Predecessor
}

// liveToken is a resource's live token; read is true if this process has read the resource.
type liveToken struct {
	token pat.Token
	read  bool
}

// seriesClaim is a resource's live token, and the rule that recognizes its tokens by their names.
type seriesClaim struct {
	live  pat.Token
	names lifecycle.Names
}

// seriesName finds the series in the name of a token.
var seriesName = regexp.MustCompile(`([a-z2-7]{6})-[0-9]+$`)

// Add records the live token of a resource.
func (r *Registry) Add(token pat.Token) { r.note(token, false) }

// AddRead records the live token of a resource that this process has read.
func (r *Registry) AddRead(token pat.Token) { r.note(token, true) }

// Remove records that the token is no longer the live token of a resource, because a successor was
// issued.
func (r *Registry) Remove(key pat.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()

	delete(r.live, key)
}

// Has reports whether the token is the live token of a resource. A token with the same key that was
// created at another time is not.
func (r *Registry) Has(token pat.Token) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	live, ok := r.live[token.Key()]

	return ok && live.token.SameAs(token)
}

// WasRead reports whether this process has read the resource with this live token.
func (r *Registry) WasRead(key pat.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.live[key].read
}

// AddInUse records a predecessor that a refresh found to be held.
func (r *Registry) AddInUse(predecessor lifecycle.Predecessor) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.inUse == nil {
		r.inUse = map[pat.Key]lifecycle.Predecessor{}
	}

	r.inUse[predecessor.Token.Key()] = predecessor
}

// InUse returns the predecessor with this key as the last refresh found it, if it was held.
func (r *Registry) InUse(key pat.Key) (lifecycle.Predecessor, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()

	predecessor, ok := r.inUse[key]

	return predecessor, ok
}

// AddVersion records the version of a secret in a state.
func (r *Registry) AddVersion(version lifecycle.Value[int64]) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.versions == nil {
		r.versions = map[int64]bool{}
	}

	if version.Set {
		r.versions[version.V] = true
	}
}

// nextVersion returns the version of a secret that is issued now: the seconds since 1970 or, if that
// is not greater than the last version or already used, the next free number.
func (r *Registry) nextVersion(last int64, now time.Time) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()

	version := max(now.Unix(), last+1, 1)
	for r.versions[version] {
		version++
	}

	return version
}

func (r *Registry) note(token pat.Token, read bool) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.live == nil {
		r.live = map[pat.Key]liveToken{}
	}

	r.live[token.Key()] = liveToken{token: token, read: read || r.live[token.Key()].read}
}

// register records a resource, in place of its earlier entry, and returns another resource that
// collides with it: one of the two would consider the other's live token an orphan. Tokens that are
// no longer live do not count.
func (r *Registry) register(c seriesClaim) (other seriesClaim, collides bool) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.claims == nil {
		r.claims = map[string][]seriesClaim{}
	}

	for _, series := range c.series() {
		others := slices.DeleteFunc(r.claims[series], func(old seriesClaim) bool {
			_, live := r.live[old.live.Key()]

			return old.live.Key() == c.live.Key() || !live
		})

		for _, old := range others {
			if c.covers(old) || old.covers(c) {
				other, collides = old, true
			}
		}

		r.claims[series] = append(others, c)
	}

	return other, collides
}

// series returns the recorded series and the one in the live token's name.
func (c seriesClaim) series() []string {
	all := []string{c.names.Series}
	if match := seriesName.FindStringSubmatch(c.live.Name); match != nil {
		all = addUnique(all, match[1])
	}

	return all
}

// covers reports whether the resource would consider the other's live token one of its own.
func (c seriesClaim) covers(other seriesClaim) bool {
	_, ok := c.names.Generation(other.live.Name)

	return ok && c.live.UserID == other.live.UserID && c.live.Key() != other.live.Key()
}
