// Package tfvalue is what knows the framework's values and none of the provider's constructs:
// instants, durations, checks of texts, private data, and how models are read and written.
package tfvalue
