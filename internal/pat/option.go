package pat

import "time"

// Option is a value that may not be set. No value of T means "not set": a zero that was set is a
// value like any other.
type Option[T any] struct {
	V   T
	Set bool
}

// Some returns a value that is set.
func Some[T any](value T) Option[T] { return Option[T]{V: value, Set: true} }

// Or returns the value, or another one if it is not set.
func (o Option[T]) Or(other T) T {
	if o.Set {
		return o.V
	}

	return other
}

// ServerTime converts a time that a server sent to the form in which [Token] and [User] hold it.
// There the zero time means that the server sent none, so the first second of year 1 becomes the
// second one: a token that expired then must not look as if it never expires.
func ServerTime(t time.Time) time.Time {
	if t.IsZero() {
		return t.Add(time.Second)
	}

	return t
}
