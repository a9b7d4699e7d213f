package lifecycle

import "github.com/opsaccess/terraform-provider-opsaccess/internal/pat"

// Value is an argument of a configuration or a part of a plan: a [pat.Option] that may also be
// unknown. The zero value is not set.
type Value[T any] struct {
	V T
	// Set is true if the value is known; Unknown if it will be known later.
	Set, Unknown bool
}

// Known returns a value that is set.
func Known[T any](v T) Value[T] { return Value[T]{V: v, Set: true} }

// Unknown returns a value that is known only after apply.
func Unknown[T any]() Value[T] { return Value[T]{Unknown: true} }

// Null reports whether the value is known not to be set.
func (v Value[T]) Null() bool { return !v.Set && !v.Unknown }

// Option returns an argument that should be known by now. If it is not, such as a text that could not
// be parsed, the result is set and zero, so that it is never mistaken for "not set": a zero duration
// and the first moment of year 1 are refused wherever they are used.
func (v Value[T]) Option() pat.Option[T] {
	return pat.Option[T]{V: v.V, Set: v.Set || v.Unknown}
}

func equal(a, b string) bool { return a == b }

// same compares two values; an unknown value equals none.
func same[T any](a, b Value[T], equal func(T, T) bool) bool {
	return a.Set == b.Set && !a.Unknown && !b.Unknown && (!a.Set || equal(a.V, b.V))
}
