package campaign

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// killer runs a real CLI, whose provider it kills.
type killer struct {
	*terraform

	cli clirun.CLI
	// home is the folder that contains the CLI's configuration and the provider.
	home string

	mu sync.Mutex
	op *operation
	// next is the moment at which the next provider is killed; nil for never.
	next    *moment
	running []*process
}

func TestAccKills(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d", *seed)

	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}

	path, err := clirun.Find(path)
	if err != nil {
		t.Fatal(err)
	}

	home := t.TempDir()
	if err := install(t.Context(), home); err != nil {
		t.Fatal(err)
	}

	eachSeed(*kills, 2, func(seed uint64) {
		k, err := newKiller(t.Context(), seed, path, home, t.TempDir())
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)

			return
		}
		defer k.close()

		k.happen()
		judge(t, k.schedule, "AccKills", "-campaign.kills=1")
	})
}

// newKiller starts a server and creates a folder for the CLI.
func newKiller(ctx context.Context, seed uint64, path, home, folder string) (*killer, error) {
	s, err := newSchedule(ctx, seed, newRunningClock())
	if err != nil {
		return nil, err
	}

	k := &killer{
		terraform: newTerraform(s), home: home, cli: clirun.CLI{Path: path, Folder: folder},
	}
	k.cli.Env = clirun.Environment(home, filepath.Join(home, "cli.tfrc"))
	k.cli.Env["GOGC"] = os.Getenv("GOGC")
	k.command = k.types
	s.gate.welcome = k.meets

	return k, nil
}

// mostRuns is the number of commands after which the next request of any kind kills the provider.
const mostRuns = 3

// happen runs applies in which the provider is killed once or twice, and checks that the faultless runs
// after them set everything right.
func (k *killer) happen() {
	k.settles()

	if chance(k.random, 0.6) {
		k.reports(k.command(run{}), run{})
		k.consume()

		for i := range k.wishes {
			k.happens("resource %d: an edit of %s", i, k.edits(i))
		}

		k.settles()
	}

	for killed := 0; killed < 1+k.random.IntN(5)/4; {
		m := &moment{
			nth: 1 + k.random.IntN(6), phase: pick(k.random, []phase{arriving, handled, answered}), kills: true,
			after: time.Duration(k.random.IntN(5)) * time.Millisecond,
		}
		if chance(k.random, 0.7) {
			m.writes, m.nth = true, 1+k.random.IntN(len(k.wishes))
		}

		if k.runs > mostRuns { // There may be no change left to make, so any request will do.
			m.writes, m.nth, m.phase = false, 1, handled
		}

		r := run{moment: m}
		o := k.command(r)
		k.reports(o, r)
		k.consume()

		if o.killed {
			killed++

			results.kills.Add(1)
		}
	}

	if chance(k.random, 0.3) {
		if i := k.random.IntN(len(k.wishes)); k.wishes[i].undo() {
			k.happens("resource %d: the last edit is undone", i)
		}
	}

	k.conclude(chance(k.random, 0.3), chance(k.random, 0.3))
}

// opens begins the next command and returns the processes of the previous one.
func (k *killer) opens(op *operation, m *moment) (met []*process) {
	k.mu.Lock()
	defer k.mu.Unlock()

	met, k.running, k.op, k.next = k.running, nil, op, m

	return met
}

// meets records a provider's first request. The process id, by which it can be killed, is in its
// User-Agent.
func (k *killer) meets(p *process) {
	k.mu.Lock()
	defer k.mu.Unlock()

	k.ledger.begins(p, k.op)
	p.begin(k.ctx, k.next)

	k.running = append(k.running, p)
	p.strikes = func() {
		k.mu.Lock()
		k.next = nil
		k.mu.Unlock()

		if pid, err := strconv.Atoi(strings.TrimPrefix(p.name, pluginPrefix)); err == nil {
			if started, err := os.FindProcess(pid); err == nil {
				_ = started.Kill() // The process may have ended by itself.
			}
		}
	}
}

// types runs a command and returns its outcome.
func (k *killer) types(r run) (o outcome) {
	k.runs++
	op := k.operation(r)
	k.opens(op, r.moment)
	k.steady = make([]bool, len(k.wishes))

	if err := k.write(); err != nil {
		o.errors = append(o.errors, err.Error())

		return o
	}

	k.cli.Env[aheadVariable] = (k.clock.lead() + newMachine(k.random, k.clock, k.right).ahead).String()

	arguments := []string{"apply", "-auto-approve", "-lock=false", "-json"}
	if r.destroys {
		arguments = append(arguments, "-destroy")
	}

	done, err := k.cli.Run(k.ctx, arguments...)
	if err != nil {
		o.errors = append(o.errors, err.Error())
	}

	o.reads(done)

	met := k.opens(nil, nil)

	for _, p := range met {
		requests, struck := p.end()
		k.takes(requests)
		o.killed = o.killed || struck
	}

	k.gate.quiet()

	op.said, op.killed = o.String(), o.killed

	next, err := k.readState()
	if err != nil {
		o.errors = append(o.errors, err.Error())

		return o
	}

	if !op.killed {
		for i := range next {
			k.forgets(op.what, k.state[i], next[i])
		}
	}

	k.persist(next)

	for _, p := range met {
		if !op.killed {
			k.ledger.settled(p, op, k.knows)
		}
	}

	return o
}
