package main

import (
	"context"
	"errors"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// formatVersion is the format version that Terraform 1.x prints for this JSON.
const formatVersion = "1.0"

// export requests all schemas from p. The only key of the result is the bare type name,
// "opsaccess", because tfplugindocs finds no other key unless the namespace is hashicorp.
func export(ctx context.Context, p fwprovider.Provider) (*tfjson.ProviderSchemas, error) {
	var metadata fwprovider.MetadataResponse
	p.Metadata(ctx, fwprovider.MetadataRequest{}, &metadata)

	server := providerserver.NewProtocol6(p)()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, fmt.Errorf("ask for the schemas: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, fmt.Errorf("ask for the identities: %w", err)
	}
	if err := errors.Join(failed(schemas.Diagnostics), failed(identities.Diagnostics)); err != nil {
		return nil, err
	}
	converted, err := convertProvider(schemas, identities)
	if err != nil {
		return nil, err
	}

	return &tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas:       map[string]*tfjson.ProviderSchema{metadata.TypeName: converted},
	}, nil
}

// failed joins the errors in the diagnostics. It ignores warnings, which do not prevent the export.
func failed(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}
