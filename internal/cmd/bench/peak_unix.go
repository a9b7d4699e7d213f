//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the most memory that was resident, in bytes. A process starts with the peak
// of the one that started it, so the meter's own memory is the least that this returns.
func peak(state *os.ProcessState) int64 {
	taken, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}

	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return taken.Maxrss
	}

	// The type differs between systems.
	return int64(taken.Maxrss) << 10 //nolint:unconvert // As above.
}
