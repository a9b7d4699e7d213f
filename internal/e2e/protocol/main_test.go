package protocol

import (
	"os"
	"runtime/debug"
	"testing"
)

// garbage is the percentage of GOGC: most of what a call allocates lives as long as the call.
const garbage = 400

func TestMain(m *testing.M) {
	debug.SetGCPercent(garbage)
	os.Exit(m.Run())
}
