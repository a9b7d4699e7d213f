package pat

import "log/slog"

// redacted is what stands wherever a secret might have been printed.
const redacted = "(secret)"

// Secret is a token's secret or a password. It prints as a placeholder through fmt,
// slog and encoding/json, so that a forgotten %+v cannot leak it. The zero value is
// "no secret".
type Secret string

// Reveal returns the secret itself. Its callers are the request that authenticates
// with it and the state that keeps it; there should be no others.
func (s Secret) Reveal() string { return string(s) }

// String returns a placeholder.
func (s Secret) String() string { return redacted }

// GoString returns a placeholder, for %#v.
func (s Secret) GoString() string { return redacted }

// LogValue returns a placeholder, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a placeholder, for encoding/json and everything like it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
