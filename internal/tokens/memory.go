package tokens

import "slices"

// Memory is what a resource remembers beside its state, without its user seeing it. It holds no
// secret. The zero value is that of a resource that was made or imported otherwise.
type Memory struct {
	// Prefixes are each name_prefix that the resource has or had when it issued a token. Only names
	// with one of them are of its series.
	Prefixes []string `json:"name_prefixes,omitempty"`
	// Unanswered is true if a request for a token was not answered since the last refresh. What it
	// asked for may be older than the live token.
	Unanswered bool `json:"unanswered,omitempty"`
	// Adopted is true if the last refresh adopted an orphan. Then an update is planned, for a run
	// that changes nothing might not save what the refresh found.
	Adopted bool `json:"adopted,omitempty"`
	// UserGone is true if the last refresh proved that the token's user does not exist.
	UserGone bool `json:"user_gone,omitempty"`
}

// noting is the memory with another name_prefix.
func (m Memory) noting(prefix string) Memory {
	if prefix != "" {
		m.Prefixes = addUnique(m.Prefixes, prefix)
	}

	return m
}

// addUnique returns the texts with another one, unless it is among them.
func addUnique(texts []string, text string) []string {
	if slices.Contains(texts, text) {
		return texts
	}

	return append([]string{text}, texts...)
}
