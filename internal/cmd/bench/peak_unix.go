//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the largest resident memory of a process, in bytes. A process starts with the peak
// of its parent, so the result is at least the meter's own memory.
func peak(state *os.ProcessState) int64 {
	taken, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}

	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return taken.Maxrss
	}

	// The type of Maxrss differs between systems.
	return int64(taken.Maxrss) << 10 //nolint:unconvert // See above.
}
