package campaign

import (
	"io"
	"slices"
	"strings"
	"sync"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// instance is a resource in a state. It is immutable.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	// tainted is set if a create failed after all; Terraform replaces the resource.
	tainted bool

	once  sync.Once
	plain string
}

// secret returns the secret in the instance, decrypted if it is encrypted. It is empty if there is
// none, or if one of the recipients cannot decrypt it.
func (i *instance) secret() string {
	i.once.Do(func() {
		i.plain = text(i.value, "token")

		sealed := text(i.value, "encrypted_token")
		if sealed == "" {
			return
		}

		i.plain = ""

		var plains []string
		for _, reader := range readersOf(i.value) {
			plains = append(plains, decrypted(sealed, reader))
		}

		if plains = slices.Compact(plains); len(plains) == 1 {
			i.plain = plains[0]
		}
	})

	return i.plain
}

// readers are the identities of the recipients.
var readers = sync.OnceValue(func() (made []*age.X25519Identity) {
	for range 3 {
		reader, err := age.GenerateX25519Identity()
		if err != nil {
			panic("campaign: " + err.Error())
		}

		made = append(made, reader)
	}

	return made
})

// recipients returns the public keys of the first readers, as a configuration lists them; nil if count
// is 0.
func recipients(count int) (texts []string) {
	for _, reader := range readers()[:count] {
		texts = append(texts, reader.Recipient().String())
	}

	return texts
}

// readersOf returns the identities of the recipients in a state.
func readersOf(state tftypes.Value) (found []age.Identity) {
	for _, recipient := range core.Elements(core.Members(state)["encrypt_to"]) {
		for _, reader := range readers() {
			if text(recipient) == reader.Recipient().String() {
				found = append(found, reader)
			}
		}
	}

	return found
}

// decrypted returns the secret that a reader decrypts; empty if it cannot.
func decrypted(sealed string, reader age.Identity) string {
	opened, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), reader)
	if err != nil {
		return ""
	}

	plain, err := io.ReadAll(opened)
	if err != nil {
		return ""
	}

	return string(plain)
}
