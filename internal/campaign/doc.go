// Package campaign holds a test alone: random schedules of operations and faults, after
// each of which no token may live that nobody knows of, no secret may be lost that a state
// should hold, and no token may have been revoked that was in use.
//
//	go test ./internal/campaign -v -campaign.schedules=5000 -campaign.kills=200
//
// The schedules run in process and on both platforms, and are of several levels. Those of the
// driver issue, revoke, list and find tokens with the issuer over a real driver. Those of the
// resource have the whole provider, spoken to over the plugin protocol by a small core that
// does what Terraform does: it validates, plans and applies resources, some of them with
// encrypted secrets, opens and closes ephemeral resources, reads lists and data sources, and
// invokes the action, beside tokens that somebody issued by hand. The core proposes states as
// Terraform does, and refuses what Terraform refuses: a plan that does not do what the
// configuration says, and a later plan or a state that does not fit the plan. Arguments may be
// unknown in the plan, and be anything when it is applied.
//
// Three levels more let happen what is rare otherwise: states has two states, or two resources
// of one, that share a series; refusal has a token that cannot be reissued while the overlap
// of its predecessor ends; hold has consumers that do not move. Kills run a real CLI, whose
// provider is killed by a signal at a random request.
//
// A live token that neither a state nor the process knows may be another state's. Nothing may
// revoke it within a day of its creation, unless that very process may have issued it; only
// after that a schedule asks for it to be gone. A token of an ephemeral resource that a run has
// left counts apart: its process was killed, the request for it was carried out when nobody
// waited any more, or the run named it. Such a token expires by itself.
//
// Everything in a schedule follows from its seed, but for what is random in the provider, and
// the campaign's seed is printed. What goes wrong prints the schedule's own seed, which runs it
// alone, and the table at the end has the seed of one schedule for each guarantee that was
// broken:
//
//	go test ./internal/campaign -run Schedules -campaign.schedules=1 -campaign.seed=…
//
// In some schedules several things happen at the same time, and no two runs need have the same
// order of requests: then the command that is printed repeats the schedule ten times.
//
// Where -campaign.level has chosen a level, it belongs to the seed, and is printed with it.
//
// Every request passes a gate (gate_test.go), which makes the faults happen and tells the
// ledger (ledger_test.go) what the server did. The ledger knows every secret and every
// promise, and takes nothing from the provider's word; breach_test.go has the guarantees.
package campaign
