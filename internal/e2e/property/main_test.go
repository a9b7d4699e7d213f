package property

import (
	"os"
	"runtime/debug"
	"testing"
)

// garbage is the percentage of GOGC: most of what a case allocates lives for one call.
const garbage = 400

func TestMain(m *testing.M) {
	debug.SetGCPercent(garbage)
	os.Exit(m.Run())
}
