// Package tfvalue handles the framework's values independently of the provider's constructs:
// timestamps, durations, checks of texts, private data, and the conversion of models.
package tfvalue
