// Package examples reads the repository's examples and guides for the tests that apply them, and starts
// sandboxed servers with the users and tokens that they refer to.
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

// The user and the token that the examples refer to but do not create.
const (
	DeployUser  = "svc-deploy" // id 7
	deployToken = 42
)

// Files returns the files below examples/.
func Files() fs.FS { return os.DirFS(filepath.Join(providertest.Repository(), "examples")) }

// Folders returns the paths, relative to examples/, of the folders that contain files.
func Folders(t *testing.T) []string {
	t.Helper()

	var folders []string

	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir() || name == ".":
			return err
		case strings.HasPrefix(entry.Name(), "."):
			// A CLI creates these folders when the example is applied by hand.
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

// FilesOf returns the names of the files in a folder.
func FilesOf(t *testing.T, folder string) []string {
	t.Helper()

	names, err := fs.Glob(Files(), path.Join(folder, "*.*"))
	if err != nil {
		t.Fatal(err)
	}

	return names
}

// Text returns the content of a file, or of all configuration files in a folder.
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

// SeedImports adds the tokens that the import examples name. It returns the resource ids that the
// imports must result in, by the second part of the import id.
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

// DeployTokenID returns the resource's id for the token that the examples import by its numeric id.
func DeployTokenID(server *foremanserver.Server) string {
	return fmt.Sprintf("%d/%d", server.UserID(DeployUser), deployToken)
}

// Copy copies an example's configuration, with its subfolders, into a folder of the workspace. It
// leaves out the files that a CLI creates.
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
