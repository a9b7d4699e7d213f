package campaign

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// weather is what goes wrong with the requests of an operation. What befalls the nth
// request of a kind depends on the seed alone, however requests overtake each other.
type weather struct {
	seed uint64
	// rate is how likely a request is to meet trouble; one that writes is so twice.
	rate float64
	// spell is how many requests of a kind, one after the other, meet the same: a server
	// that is down is still so at the next attempt.
	spell uint64

	mu    sync.Mutex
	count map[kind]uint64
}

// trouble is what a request meets; the zero value is none.
type trouble struct {
	// fault is what the sandbox knows to do; nil is none.
	fault *sandbox.Fault
	// hangs answers nothing until the client gives up: the process is interrupted.
	hangs bool
	// late carries a create out only after the client gave up, and after this many looks
	// at the user's tokens; 0 is not late.
	late int
	// expires lets all sessions run out first, and restarts forgets them and cuts all
	// connections.
	expires, restarts bool
}

// endOfOperation as [trouble.late] is after every look of the operation.
const endOfOperation = 1000

func newWeather(seed uint64, rate float64) *weather {
	return &weather{seed: seed, rate: rate, spell: 1 + 3*(mix(seed)%2), count: map[kind]uint64{}}
}

// draw says what the next request of the kind meets.
func (w *weather) draw(of kind) trouble {
	if w == nil {
		return trouble{}
	}

	w.mu.Lock()
	nth := (w.count[of] + w.seed>>8%w.spell) / w.spell
	w.count[of]++
	w.mu.Unlock()

	random := newRandom(w.seed ^ nth<<8 ^ uint64(of)<<56) //nolint:gosec // Few kinds, none negative.
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

// String is what the trouble is called among what the campaign has met.
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

// maker makes trouble.
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

// afterWork is the trouble with the request carried out before.
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

// busy is said before anything is done.
func busy(*rand.Rand) trouble {
	return trouble{fault: answer(http.StatusTooManyRequests, "text/plain")}
}

// page is what a proxy says in the server's place.
func page(random *rand.Rand) trouble {
	return trouble{fault: answer(pick(random, []int{http.StatusOK, http.StatusNotFound, http.StatusNotFound}), "text/html")}
}

// missing is what a gateway says that does not know the path, in words that a server might use.
func missing(random *rand.Rand) trouble {
	t := trouble{fault: answer(http.StatusNotFound, "application/json")}
	t.fault.Body = pick(random, []string{`{"error":{"message":"Resource not found by id"}}`, `{"message":"not found"}`, `{}`})

	return t
}

// portal is a page that nobody takes for a refusal.
func portal(*rand.Rand) trouble { return trouble{fault: answer(http.StatusOK, "text/html")} }

// gatewayPage is the web page of a gateway, with a status that the server itself refuses with.
func gatewayPage(random *rand.Rand) trouble {
	status := pick(random, []int{
		http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict,
		http.StatusUnprocessableEntity,
	})

	return trouble{fault: answer(status, "text/html")}
}

// hidesRefusal says whether an answer looks like a refusal and may come from a gateway.
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
