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

// instance is a resource in a state. Nobody changes it.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	// tainted is set by a create that failed after all: the resource is to be replaced.
	tainted bool

	once  sync.Once
	plain string
}

// secret returns the secret that the instance has: as it is, or decrypted where it is
// encrypted. It is empty where there is none, or where somebody to whom it should be
// encrypted cannot read it.
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

// readers are those to whom secrets are encrypted.
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

// recipients are the first so many readers, as a configuration has them; nil is none.
func recipients(count int) (texts []string) {
	for _, reader := range readers()[:count] {
		texts = append(texts, reader.Recipient().String())
	}

	return texts
}

// readersOf are those to whom the secret of a state is to be encrypted.
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

// decrypted returns what a reader can read, empty for nothing.
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
