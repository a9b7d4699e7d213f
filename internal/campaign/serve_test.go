package campaign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/testprogram"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

const (
	// cookieVariable is set by Terraform for the plugins that it starts.
	cookieVariable = "TF_PLUGIN_MAGIC_COOKIE"
	// aheadVariable tells a provider how far its clock is ahead.
	aheadVariable = "OPSACCESS_CAMPAIGN_AHEAD"
	// pluginPrefix begins the version of a provider in its own process; the process id follows.
	pluginPrefix = "pid"
)

// serve runs this program as a provider that Terraform has started.
func serve() int {
	ahead, err := time.ParseDuration(os.Getenv(aheadVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		return 1
	}

	surroundings := provider.Surroundings{
		Runner: pat.Runner{Now: func() time.Time { return time.Now().Add(ahead) }}, RetryWait: time.Millisecond,
	}
	version := fmt.Sprint(pluginPrefix, os.Getpid())

	err = providerserver.Serve(context.Background(), provider.NewIn(surroundings, version), providerserver.ServeOpts{
		Address: provider.Address,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		return 1
	}

	return 0
}

// install installs this program as the provider where the CLI looks for it. It is built without the
// race detector, which takes longer to start than everything else that the provider does.
func install(ctx context.Context, home string) error {
	program, err := testprogram.WithoutRaceDetector(ctx, home)
	if err != nil {
		return err
	}

	return errors.Join(
		os.Symlink(program, filepath.Join(home, clirun.Executable(clirun.Plugin))),
		clirun.Configure(filepath.Join(home, "cli.tfrc"), home),
	)
}
