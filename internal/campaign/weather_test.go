package campaign

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// weather determines the faults of an operation's requests. The fault of the nth request of a kind
// depends only on the seed, in whatever order requests of different kinds arrive.
type weather struct {
	seed uint64
	// rate is the probability that a request meets a fault; it is doubled for requests that create or
	// revoke.
	rate float64
	// spell is the number of consecutive requests of a kind that meet the same fault: a server that is
	// down is still down at the first retry.
	spell uint64

	mu    sync.Mutex
	count map[kind]uint64
}

// trouble is what happens to a request; the zero value means nothing.
type trouble struct {
	// fault is a fault that the sandbox injects; nil for none.
	fault *sandbox.Fault
	// hangs sends no response until the client gives up, because the process is interrupted.
	hangs bool
	// late carries out a create request only after the client has given up and the user's tokens have
	// been listed this many times; 0 means that it is not late.
	late int
	// expires ends all sessions before the request. restarts ends all sessions and connections.
	expires, restarts bool
}

// endOfOperation, as the value of [trouble.late], is after all listings of the operation.
const endOfOperation = 1000

func newWeather(seed uint64, rate float64) *weather {
	return &weather{seed: seed, rate: rate, spell: 1 + 3*(mix(seed)%2), count: map[kind]uint64{}}
}

// draw returns what happens to the next request of the kind.
func (w *weather) draw(of kind) trouble {
	if w == nil {
		return trouble{}
	}

	w.mu.Lock()
	nth := (w.count[of] + w.seed>>8%w.spell) / w.spell
	w.count[of]++
	w.mu.Unlock()

	random := newRandom(w.seed ^ nth<<8 ^ uint64(of)<<56) //nolint:gosec // There are only a few kinds, and none is negative.
	makers, rate := readTroubles, w.rate

	switch of {
	case kindCreate:
		makers, rate = createTroubles, 2*rate
	case kindRevoke:
		makers, rate = revokeTroubles, 2*rate
	case kindOther, kindLook:
	}

	if !chance(random, rate) {
		return trouble{}
	}

	return pick(random, makers)(random)
}

// String returns the name of the trouble in the campaign's table.
func (t trouble) String() string {
	switch {
	case t.hangs:
		return "hangs"
	case t.late > 0:
		return "late creates"
	case t.expires:
		return "sessions expired"
	case t.restarts:
		return "restarts"
	case t.fault == nil:
		return ""
	}

	text := t.fault.Kind.String()
	if t.fault.Kind == sandbox.FaultAnswer {
		text = strconv.Itoa(t.fault.Status)
	}

	if t.fault.AfterWork {
		text += " after the work"
	}

	return text
}

// maker creates a random trouble.
type maker = func(*rand.Rand) trouble

var (
	readTroubles = []maker{
		fault(sandbox.FaultDrop), fault(sandbox.FaultTruncate), fault(sandbox.FaultDrip), busy, unavailable, unavailable, unavailable, page, page, page,
		missing, hanging, expiring, restarting, afterWork(fault(sandbox.FaultDrop)),
	}
	createTroubles = []maker{
		fault(sandbox.FaultDrop), fault(sandbox.FaultTruncate), fault(sandbox.FaultDrip), busy, unavailable,
		hanging, expiring, restarting, late, late, late, afterWork(fault(sandbox.FaultDrop)), afterWork(fault(sandbox.FaultDrop)),
		afterWork(unavailable), afterWork(unavailable), afterWork(hanging), afterWork(portal), gatewayPage, afterWork(gatewayPage),
		afterWork(gatewayPage),
	}
	revokeTroubles = []maker{
		fault(sandbox.FaultDrop), fault(sandbox.FaultTruncate), fault(sandbox.FaultDrip), busy, unavailable, unavailable, page, page, page,
		missing, hanging, expiring, restarting, afterWork(fault(sandbox.FaultDrop)), afterWork(unavailable), afterWork(page),
	}
)

func fault(kind sandbox.FaultKind) maker {
	return func(*rand.Rand) trouble { return trouble{fault: &sandbox.Fault{Kind: kind, Pause: time.Nanosecond}} }
}

// afterWork returns the same trouble, but the server carries out the request first.
func afterWork(makes maker) maker {
	return func(random *rand.Rand) trouble {
		t := makes(random)
		t.fault.AfterWork = true

		return t
	}
}

func answer(status int, contentType string) *sandbox.Fault {
	return &sandbox.Fault{Kind: sandbox.FaultAnswer, Status: status, ContentType: contentType}
}

func unavailable(random *rand.Rand) trouble {
	status := pick(random, []int{
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	})

	return trouble{fault: answer(status, pick(random, []string{"text/html", "application/json", "text/plain"}))}
}

// busy responds before the server does anything.
func busy(*rand.Rand) trouble {
	return trouble{fault: answer(http.StatusTooManyRequests, "text/plain")}
}

// page is a proxy's web page instead of the server's response.
func page(random *rand.Rand) trouble {
	return trouble{fault: answer(pick(random, []int{http.StatusOK, http.StatusNotFound, http.StatusNotFound}), "text/html")}
}

// missing is the response of a gateway that does not know the path, in words that a server might use.
func missing(random *rand.Rand) trouble {
	t := trouble{fault: answer(http.StatusNotFound, "application/json")}
	t.fault.Body = pick(random, []string{`{"error":{"message":"Resource not found by id"}}`, `{"message":"not found"}`, `{}`})

	return t
}

// portal is a web page whose status cannot be mistaken for a refusal.
func portal(*rand.Rand) trouble { return trouble{fault: answer(http.StatusOK, "text/html")} }

// gatewayPage is a gateway's web page with a status that the server itself uses for refusals.
func gatewayPage(random *rand.Rand) trouble {
	status := pick(random, []int{
		http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict,
		http.StatusUnprocessableEntity,
	})

	return trouble{fault: answer(status, "text/html")}
}

// hidesRefusal reports whether a response looks like a refusal but may come from a gateway.
func (t trouble) hidesRefusal() bool {
	return t.fault != nil && t.fault.Kind == sandbox.FaultAnswer && t.fault.Status/100 == 4 && t.fault.Status != http.StatusTooManyRequests
}

func hanging(*rand.Rand) trouble {
	return trouble{hangs: true, fault: &sandbox.Fault{Kind: sandbox.FaultDrop}}
}

func expiring(*rand.Rand) trouble { return trouble{expires: true} }

func restarting(*rand.Rand) trouble { return trouble{restarts: true} }

func late(random *rand.Rand) trouble {
	t := trouble{late: pick(random, []int{1, 1, 1, 2, 3, endOfOperation})}
	t.fault = pick(random, []*sandbox.Fault{{Kind: sandbox.FaultDrop}, answer(http.StatusGatewayTimeout, "text/html")})

	return t
}
