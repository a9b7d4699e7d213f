// Package sandbox holds what the sandbox servers share: listening with and without
// TLS, a journal of requests, simulated cost of logins, faults, and hooks with which
// a test acts as somebody else in the middle of a run.
//
// It knows neither Foreman nor the Universal Controller; those are the packages below
// it. A server wraps its own handler in a [Console], tells it with [Identify] who
// sent a request, and asks it with [Spend] to simulate what that costs.
//
// Nothing here is for production. Requests below [ControlPrefix] belong to the
// sandbox and to no real server.
package sandbox
