package main

import (
	"math"
	"os"
	"runtime/debug"
	"testing"
)

// TestMain turns this program into the client of the server that a test of the log names.
func TestMain(m *testing.M) {
	if url := os.Getenv(unaskedFor); url != "" {
		askUnasked(url)

		return
	}

	os.Exit(m.Run())
}

func TestLogged(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		environment []string
		want        bool
	}{
		"no log":                    {environment: []string{"PATH=/bin", "TF_CLI_ARGS=-no-color"}},
		"an empty level":            {environment: []string{"TF_LOG="}},
		"a log of everything":       {environment: []string{"PATH=/bin", "TF_LOG=TRACE"}, want: true},
		"a log of providers":        {environment: []string{"TF_LOG_PROVIDER=DEBUG"}, want: true},
		"a log of this provider":    {environment: []string{"TF_LOG_PROVIDER_OPSACCESS=INFO"}, want: true},
		"a log of the framework":    {environment: []string{"TF_LOG_SDK_FRAMEWORK=TRACE"}, want: true},
		"a variable without a name": {environment: []string{"=C:=C:\\"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := logged(test.environment); got != test.want {
				t.Errorf("logged is %t, want %t", got, test.want)
			}
		})
	}
}

func TestCollectSeldom(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)

	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})

	for name, test := range map[string]struct {
		gogc, limit string
		percent     int
		bytes       int64
	}{
		"no settings":                 {percent: 400, bytes: 512 << 20},
		"the environment has GOGC":    {gogc: "50", percent: 100, bytes: 512 << 20},
		"the environment has a limit": {limit: "1GiB", percent: 400, bytes: math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", test.gogc)
			t.Setenv("GOMEMLIMIT", test.limit)

			collectSeldom()

			if got := debug.SetGCPercent(100); got != test.percent {
				t.Errorf("the heap grows by %d percent between collections, want %d", got, test.percent)
			}

			if got := debug.SetMemoryLimit(math.MaxInt64); got != test.bytes {
				t.Errorf("the limit is %d bytes, want %d", got, test.bytes)
			}
		})
	}
}
