package main

import (
	"os"
	"testing"
)

// TestMain makes this program the client of a server that a test of the log names.
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
		"nothing is asked for":      {environment: []string{"PATH=/bin", "TF_CLI_ARGS=-no-color"}},
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
