package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// protocolServer is the provider as a CLI sees it: version 6 of the plugin protocol, with
// the parts that Terraform 1.14 and later call.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// newProtocolServer returns a server of the provider, which is not configured yet.
func newProtocolServer(surroundings Surroundings) protocolServer {
	server := NewPluginIn(surroundings, "test").Server()

	complete, ok := server.(protocolServer)
	if !ok {
		panic(fmt.Sprintf("providertest: a %T does not serve list resources and actions", server))
	}

	return complete
}

// secretFingerprint is what state keeps of a token's secret, as `sha256`.
func secretFingerprint(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// repository returns the root of the repository, wherever below it the test runs.
func repository() string {
	start, err := os.Getwd()
	if err != nil {
		panic(err)
	}

	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}

		if folder == filepath.Dir(folder) {
			panic("providertest: no folder above " + start + " has a go.mod")
		}
	}
}
