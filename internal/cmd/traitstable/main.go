// Command traitstable prints how the platforms differ, as a Markdown table made from the
// Traits of their drivers:
//
//	go run ./internal/cmd/traitstable [FILE]...
//
// With files, it writes the table into each, between the two lines that mark its place,
// instead. `make docs` has it do so with templates/index.md.tmpl.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/universalcontroller"
)

func main() {
	flag.Usage = func() {
		_, _ = fmt.Fprintln(flag.CommandLine.Output(), "usage: traitstable [FILE]...")
	}
	flag.Parse()

	if err := run(flag.Args(), os.Stdout); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "traitstable: %v\n", err)

		os.Exit(1)
	}
}

// run is the whole command but for its arguments.
func run(files []string, out io.Writer) error {
	all, err := platforms()
	if err != nil {
		return err
	}

	text := table(all)
	if len(files) == 0 {
		_, err := io.WriteString(out, text)

		return err
	}

	for _, file := range files {
		if err := rewrite(file, text); err != nil {
			return err
		}
	}

	return nil
}

// platforms returns the Traits of every driver. A System tells them of itself, so that
// each is made for a server that nobody asks.
func platforms() ([]pat.Traits, error) {
	client := rest.Options{BaseURL: "https://server.example.com", UserAgent: "traitstable"}

	onForeman, err := foreman.New(foreman.Options{Client: client, Username: "nobody", Password: "none"})
	if err != nil {
		return nil, fmt.Errorf("foreman: %w", err)
	}

	onController, err := universalcontroller.New(universalcontroller.Options{Client: client, Token: "none"})
	if err != nil {
		return nil, fmt.Errorf("universalcontroller: %w", err)
	}

	return []pat.Traits{onForeman.Traits(), onController.Traits()}, nil
}
