package main

import (
	"context"
	"flag"
	"io"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// universalController is the Universal Controller that the command's flags describe.
type universalController struct {
	listen  string
	options controllerserver.Options
	users   []string
}

// userRecord is a user in a file, with Universal Controller's names for the values.
type userRecord struct {
	UserName         string   `json:"userName"`
	Password         string   `json:"userPassword"`
	FirstName        string   `json:"firstName"`
	LastName         string   `json:"lastName"`
	Email            string   `json:"email"`
	TimeZone         string   `json:"timeZone"`
	WebServiceAccess string   `json:"webServiceAccess"`
	Roles            []string `json:"roles"`
}

func newUniversalController(flags *flag.FlagSet) *universalController {
	u := &universalController{}
	flags.StringVar(&u.listen, "universal-controller", "", "the `address` that Universal Controller listens on; its administrator is "+
		controllerserver.AdminUserName+"/"+controllerserver.AdminPassword)
	flags.StringVar(&u.options.Context, "universal-controller-context", controllerserver.DefaultContext,
		"the `path` that Universal Controller is mounted at; "+controllerserver.RootContext+" means no path")
	flags.Func("universal-controller-users", "a `file` with Universal Controller's users, in JSON; can be repeated", func(file string) error {
		u.users = append(u.users, file)
		return nil
	})
	return u
}

func (u *universalController) name() string { return "universal-controller" }

func (u *universalController) address() string { return u.listen }

// path returns the context, which is part of a client's base URL.
func (u *universalController) path() string { return controllerserver.New(u.options).Context() }

func (u *universalController) exports(url string) []string {
	return []string{
		"STONEBRANCH_BASE_URL=" + url,
		"STONEBRANCH_USERNAME=" + controllerserver.AdminUserName, "STONEBRANCH_PASSWORD=" + controllerserver.AdminPassword,
	}
}

func (u *universalController) server(console sandbox.Options, faults []sandbox.Fault) (http.Handler, error) {
	options := u.options
	options.Console = console
	server := controllerserver.New(options)
	for _, file := range u.users {
		users, err := readUsers[userRecord](file)
		if err != nil {
			return nil, err
		}
		for _, user := range users {
			if _, err := server.AddUser(controllerserver.User{
				UserName: user.UserName, Password: user.Password, FirstName: user.FirstName, LastName: user.LastName,
				Email: user.Email, TimeZone: user.TimeZone, WebServiceAccess: user.WebServiceAccess,
				Roles: controllerserver.RolesOf(user.Roles...),
			}); err != nil {
				return nil, err
			}
		}
	}
	for _, fault := range faults {
		server.AddFault(fault)
	}
	return server, nil
}

// replay prints nothing, because there are no recordings of this platform.
func (u *universalController) replay(context.Context, io.Writer) (bool, error) { return true, nil }
