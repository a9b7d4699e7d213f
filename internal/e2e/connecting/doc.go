// Package connecting tests how the provider reaches its servers: through proxies and gateways, with
// certificates of every kind, and with settings that are wrong. Its table is that of the guide.
package connecting
