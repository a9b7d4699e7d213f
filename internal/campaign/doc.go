// Package campaign contains a randomized test: it runs schedules of random operations and faults, and
// checks three guarantees after each of them. No token may stay alive without anyone knowing about it,
// no secret may be lost that a state should contain, and no token that is in use may have been revoked.
//
//	go test ./internal/campaign -v -campaign.schedules=5000 -campaign.kills=200
//
// The schedules run in this process, against both platforms, and there are several levels of them. A
// schedule of the level driver issues, revokes, lists and finds tokens with the issuer on top of a real
// driver. A schedule of the level resource uses the whole provider, which a small core calls over the
// plugin protocol as Terraform does: it validates, plans and applies resources (some with encrypted
// secrets), opens and closes ephemeral resources, reads lists and data sources, and invokes the action.
// The user also has tokens that were issued by hand. The core proposes states as Terraform does, and
// rejects what Terraform rejects: a plan that differs from the configuration, and a final plan or a new
// state that contradicts the plan. Arguments may be unknown in the plan and have any value in the
// apply.
//
// Three more levels cover situations that would otherwise be rare. In states, two states, or two
// resources of one state, share a series. In refusal, a token cannot be reissued while the overlap of
// its predecessor ends. In hold, consumers keep using the old token. The kills run a real CLI and kill
// its provider with a signal at a random request.
//
// A live token that is known neither to a state nor to the process may belong to another state. Nothing
// may revoke it within a day of its creation, except the process that may have issued it; a schedule
// requires its revocation only after that day. Tokens of ephemeral resources that a run has left alive
// are counted separately if there is a good reason: the process was killed, the server carried out the
// request after the provider had given up, or the run named the token. Such a token expires by itself.
//
// A schedule is determined by its seed, except for what the provider itself draws at random. The
// campaign prints its own seed. A failure prints the seed of its schedule, with which that schedule can
// be run alone, and the table at the end has, for each broken guarantee, the seed of one schedule that
// broke it:
//
//	go test ./internal/campaign -run Schedules -campaign.schedules=1 -campaign.seed=…
//
// Some schedules do several things concurrently, so the order of requests differs from run to run. For
// these, the printed command runs the schedule ten times.
//
// If -campaign.level was set, the seed is valid only together with that level, and the printed command
// includes it.
//
// Every request passes through a gate (gate_test.go), which injects the faults and reports to the
// ledger (ledger_test.go) what the server did. The ledger knows every secret and every promise, and
// never relies on what the provider says; breach_test.go lists the guarantees.
package campaign
