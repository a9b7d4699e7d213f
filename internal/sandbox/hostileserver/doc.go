// Package hostileserver is for tests of how a client handles broken and malicious servers:
// responses that are too large, too slow, mislabelled, or false. The client's own tests define the
// right reaction to each of them.
package hostileserver
