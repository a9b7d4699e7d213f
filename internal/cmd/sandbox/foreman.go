package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// foreman is the Foreman that the command's flags describe.
type foreman struct {
	listen  string
	options foremanserver.Options
	users   []string
}

func newForeman(flags *flag.FlagSet) *foreman {
	f := &foreman{}
	flags.StringVar(&f.listen, "foreman", "", "the `address` that Foreman listens on; its administrator is "+
		foremanserver.AdminLogin+"/"+foremanserver.AdminPassword)
	flags.StringVar(&f.options.Version, "foreman-version", foremanserver.DefaultVersion, "the version that Foreman reports")
	flags.StringVar(&f.options.PathPrefix, "foreman-prefix", "", "the `path` that Foreman is mounted at")
	flags.Func("users", "a `file` with Foreman's users: a recording, or JSON with the same list; can be repeated", func(file string) error {
		f.users = append(f.users, file)
		return nil
	})
	return f
}

func (f *foreman) name() string { return "foreman" }

func (f *foreman) address() string { return f.listen }

func (f *foreman) path() string { return f.options.PathPrefix }

func (f *foreman) exports(url string) []string {
	return []string{
		"FOREMAN_SERVER_URL=" + url,
		"FOREMAN_USERNAME=" + foremanserver.AdminLogin, "FOREMAN_PASSWORD=" + foremanserver.AdminPassword,
	}
}

func (f *foreman) server(console sandbox.Options, faults []sandbox.Fault) (http.Handler, error) {
	options := f.options
	options.Console = console
	server := foremanserver.New(options)
	for _, file := range f.users {
		users, err := readUsers[foremanserver.User](file)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			if _, err := server.AddUser(u); err != nil {
				return nil, err
			}
		}
	}
	for _, fault := range faults {
		server.AddFault(fault)
	}
	return server, nil
}

func (f *foreman) replay(ctx context.Context, out io.Writer) (alike bool, err error) {
	recordings, err := foremanserver.Recordings()
	if err != nil {
		return false, err
	}
	total, good := 0, 0
	for _, recording := range recordings {
		results, err := recording.Replay(ctx)
		if err != nil {
			return false, err
		}
		for _, result := range results {
			total++
			if result.Difference == "" {
				good++
				continue
			}
			if _, err := fmt.Fprintf(out, "%s: %s: %s\n", result.Scenario, result.Label, result.Difference); err != nil {
				return false, err
			}
		}
	}
	_, err = fmt.Fprintf(out, "%d of %d recorded exchanges get the same response as from the real server\n", good, total)
	return good == total && total == foremanserver.RecordedExchanges, err
}
