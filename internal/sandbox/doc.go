// Package sandbox holds what the sandbox servers share: listeners with and without TLS, a journal
// of requests, simulated costs of logins, faults, and hooks with which a test acts as another user
// in the middle of a run.
//
// The package knows neither Foreman nor Universal Controller; the packages below it do. Each server
// wraps its own handler in a [Console], reports with [Identify] which user sent a request, and
// simulates the cost of work with [Spend].
//
// Nothing here is for production. The paths below [ControlPrefix] belong to the sandbox; no real
// server has them.
package sandbox
