// Command schemaexport prints the provider's schemas in the format of `terraform providers schema
// -json`, from which tfplugindocs generates the documentation. It calls the provider in this
// process over the plugin protocol, so that the documentation does not require Terraform: the
// oldest supported version does not know list resources and actions, and would silently omit their
// pages.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

func main() {
	// The schemas do not contain the version.
	if err := run(context.Background(), provider.New("docs")(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "schemaexport:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p fwprovider.Provider, out io.Writer) error {
	schemas, err := export(ctx, p)
	if err != nil {
		return err
	}

	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schemas); err != nil {
		return fmt.Errorf("encode the schemas: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("print the schemas: %w", err)
	}
	return nil
}
