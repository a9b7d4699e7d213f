// Package examples reads the examples and the guides of the repository as tests apply them,
// and opens sandboxed servers with the users and tokens that they name.
package examples

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// What the examples name and do not make themselves.
const (
	DeployUser  = "svc-deploy" // id 7
	deployToken = 42
)

// Files are the files below examples/.
func Files() fs.FS { return os.DirFS(filepath.Join(providertest.Repository(), "examples")) }

// Folders returns the folders that hold files, by their paths below examples/.
func Folders(t *testing.T) []string {
	t.Helper()

	var folders []string

	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir() || name == ".":
			return err
		case strings.HasPrefix(entry.Name(), "."):
			// What a CLI leaves behind.
			return fs.SkipDir
		case len(FilesOf(t, name)) > 0:
			folders = append(folders, name)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return folders
}

// FilesOf returns the files of a folder.
func FilesOf(t *testing.T, folder string) []string {
	t.Helper()

	names, err := fs.Glob(Files(), path.Join(folder, "*.*"))
	if err != nil {
		t.Fatal(err)
	}

	return names
}

// Text returns the text of a file, or of all configuration in a folder.
func Text(t *testing.T, name string) string {
	t.Helper()

	files := []string{name}
	if path.Ext(name) == "" {
		files = slices.DeleteFunc(FilesOf(t, name), func(file string) bool { return path.Ext(file) != ".tf" })
	}

	var text strings.Builder

	for _, file := range files {
		content, err := fs.ReadFile(Files(), file)
		if err != nil {
			t.Fatal(err)
		}

		text.Write(content)
	}

	return text.String()
}

// SeedImports adds the tokens that the import examples name, and returns the id of the
// resource that each is imported as, by the second part of its import id.
func SeedImports(t *testing.T, server *foremanserver.Server) map[string]string {
	t.Helper()

	id := func(token int) string { return fmt.Sprintf("%d/%d", server.UserID(DeployUser), token) }
	imported := map[string]string{
		"deploy pipeline": id(providertest.AddToken(t, server, DeployUser, "deploy pipeline")),
		"name=2031":       id(providertest.AddToken(t, server, DeployUser, "2031")),
		"42":              DeployTokenID(server),
	}

	for last := 0; last < deployToken; {
		last = providertest.AddToken(t, server, DeployUser, fmt.Sprintf("clicked-%d", last))
	}

	return imported
}

// DeployTokenID returns the id of the token that the examples import by its number, as the
// resource has it.
func DeployTokenID(server *foremanserver.Server) string {
	return fmt.Sprintf("%d/%d", server.UserID(DeployUser), deployToken)
}

// Copy copies the configuration in an example and in the folders below it, but not
// what a CLI may have left there, into a folder of the workspace.
func Copy(t *testing.T, w *providertest.Workspace, from, to string) {
	t.Helper()

	for _, folder := range Folders(t) {
		below, ok := strings.CutPrefix(folder+"/", from+"/")
		if !ok {
			continue
		}

		target := filepath.Join(to, filepath.FromSlash(below))
		providertest.Must(t, os.MkdirAll(filepath.Join(w.Folder, target), 0o700))

		for _, file := range FilesOf(t, folder) {
			if extension := path.Ext(file); extension == ".tf" || extension == ".hcl" {
				w.File(t, filepath.Join(target, path.Base(file)), string(File(t, file)))
			}
		}
	}
}

// File returns the content of a file below examples/.
func File(t *testing.T, name string) []byte {
	t.Helper()

	content, err := fs.ReadFile(Files(), name)
	providertest.Must(t, err)

	return content
}
