// Package connecting tests how the provider connects to servers: through proxies and gateways, with
// various certificates, and with wrong settings. The tables of the connecting guide list the same
// environments.
package connecting
