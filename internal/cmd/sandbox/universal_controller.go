package main

import (
	"context"
	"flag"
	"io"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// universalController is the Universal Controller of the command's flags.
type universalController struct {
	listen  string
	options controllerserver.Options
}

func newUniversalController(flags *flag.FlagSet) *universalController {
	u := &universalController{}
	flags.StringVar(&u.listen, "universal-controller", "", "the `address` that Universal Controller listens on; its administrator is "+
		controllerserver.AdminUserName+"/"+controllerserver.AdminPassword)
	flags.StringVar(&u.options.Context, "universal-controller-context", controllerserver.DefaultContext,
		"the `path` that Universal Controller is mounted at; "+controllerserver.RootContext+" for none")
	return u
}

func (u *universalController) name() string { return "universal-controller" }

func (u *universalController) address() string { return u.listen }

// path is the context, which belongs to the base URL that a client is given.
func (u *universalController) path() string { return controllerserver.New(u.options).Context() }

func (u *universalController) server(console sandbox.Options, faults []sandbox.Fault) (http.Handler, error) {
	options := u.options
	options.Console = console
	server := controllerserver.New(options)
	for _, fault := range faults {
		server.AddFault(fault)
	}
	return server, nil
}

// replay has nothing to say: there are no recordings of this platform.
func (u *universalController) replay(context.Context, io.Writer) (bool, error) { return true, nil }
