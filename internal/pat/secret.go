package pat

import "log/slog"

// redacted replaces a secret wherever it would be printed.
const redacted = "(secret)"

// Secret is a token's secret or a password. fmt, slog and encoding/json print a placeholder instead,
// so that a forgotten %+v cannot leak it. The zero value means that there is no secret.
type Secret string

// Reveal returns the secret itself. Only the request that authenticates with it and the state that
// stores it should call it.
func (s Secret) Reveal() string { return string(s) }

// String returns a placeholder.
func (s Secret) String() string { return redacted }

// GoString returns a placeholder, for %#v.
func (s Secret) GoString() string { return redacted }

// LogValue returns a placeholder, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a placeholder, for encoding/json and similar encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
