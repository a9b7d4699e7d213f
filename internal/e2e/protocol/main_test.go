package protocol

import (
	"os"
	"runtime/debug"
	"testing"
)

// garbage is the value of GOGC: most of what a call allocates is needed until the call ends.
const garbage = 400

func TestMain(m *testing.M) {
	debug.SetGCPercent(garbage)
	os.Exit(m.Run())
}
