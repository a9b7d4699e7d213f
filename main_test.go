package main

import (
	"log"
	"os"
	"testing"
)

// TestMain makes this program the plugins that a CLI starts in tests, each under its own
// file name: this provider as main serves it, and one that consumes what it issues.
func TestMain(m *testing.M) {
	switch {
	case isPlugin("terraform-provider-opsaccess"):
		main()
	case isPlugin(consumerPlugin):
		if err := serveConsumer(); err != nil {
			log.Fatal(err)
		}
	case os.Getenv(unaskedFor) != "":
		askUnasked(os.Getenv(unaskedFor))
	default:
		os.Exit(m.Run())
	}
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
