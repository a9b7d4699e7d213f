package tokens

import "slices"

// Memory is a resource's private state, which the user does not see. It contains no secret. The zero
// value belongs to a resource that was not created here, for example one that was imported.
type Memory struct {
	// Prefixes are all values of name_prefix with which the resource issued a token. Only names that
	// begin with one of them belong to its series.
	Prefixes []string `json:"name_prefixes,omitempty"`
	// Unanswered is true if a request for a token got no response since the last refresh. The token
	// that it may have created can be older than the live token.
	Unanswered bool `json:"unanswered,omitempty"`
	// Adopted is true if the last refresh adopted an orphan. Then an update is planned, because a run
	// without changes might not save what the refresh found.
	Adopted bool `json:"adopted,omitempty"`
	// UserGone is true if the last refresh proved that the token's user does not exist.
	UserGone bool `json:"user_gone,omitempty"`
}

// withPrefix returns the memory with another name_prefix.
func (m Memory) withPrefix(prefix string) Memory {
	if prefix != "" {
		m.Prefixes = addUnique(m.Prefixes, prefix)
	}

	return m
}

// addUnique returns the texts with the text in front, unless they contain it.
func addUnique(texts []string, text string) []string {
	if slices.Contains(texts, text) {
		return texts
	}

	return append([]string{text}, texts...)
}
