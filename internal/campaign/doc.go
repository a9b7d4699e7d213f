// Package campaign holds a test alone: random schedules of operations and faults, after
// each of which no token may live that nobody knows of, no secret may be lost that a state
// should hold, and no token may have been revoked that was in use.
//
//	go test ./internal/campaign -v -campaign.schedules=5000 -campaign.kills=200
//
// There are schedules of two levels, in process and on both platforms. Those of the driver
// issue, revoke, list and find tokens with the issuer over a real driver. Those of the
// resource have the whole provider, spoken to over the plugin protocol by a small core that
// does what Terraform does: it plans and applies resources, some of them with encrypted
// secrets, opens and closes ephemeral resources, reads lists and data sources, and invokes
// the action, beside tokens that somebody issued by hand. Kills run a real CLI, whose provider
// is killed by a signal at a random request.
//
// A token of an ephemeral resource that a run has left counts apart: its process was killed,
// the request for it was carried out when nobody waited any more, or the run named it. Such
// a token expires by itself.
//
// Everything in a schedule follows from its seed, and the campaign's seed is printed. What
// goes wrong prints the schedule's own seed, which runs it alone:
//
//	go test ./internal/campaign -run Schedules -campaign.schedules=1 -campaign.seed=…
//
// Every request passes a gate (gate_test.go), which makes the faults happen and tells the
// ledger (ledger_test.go) what the server did. The ledger knows every secret and every
// promise, and takes nothing from the provider's word.
package campaign
