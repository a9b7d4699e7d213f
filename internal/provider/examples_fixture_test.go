package provider

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// What the examples name and do not make themselves.
const (
	exampleDeployUser  = "svc-deploy" // id 7
	exampleDeployToken = 42
)

var (
	exampleSource = regexp.MustCompile(`(?m)^ +source += "(.+)"$`)
	// exampleEphemeral is the beginning of an ephemeral block.
	exampleEphemeral = regexp.MustCompile(`(?m)^ephemeral "(\w+)" "(\w+)"`)
	exampleBackend   = regexp.MustCompile(`(?m)^ +backend "`)
)

// examples are the files below examples/.
func examples() fs.FS { return os.DirFS(filepath.Join(repository(), "examples")) }

// exampleFolders returns the folders that hold files, by their paths below examples/.
func exampleFolders(t *testing.T) []string {
	t.Helper()

	var folders []string

	err := fs.WalkDir(examples(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir() || name == ".":
			return err
		case strings.HasPrefix(entry.Name(), "."):
			// What a CLI leaves behind.
			return fs.SkipDir
		case len(filesOf(t, name)) > 0:
			folders = append(folders, name)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return folders
}

// isExplained says whether a folder, or one that it is in, has a README.md.
func isExplained(folder string) bool {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, err := fs.Stat(examples(), path.Join(folder, "README.md")); err == nil {
			return true
		}
	}

	return false
}

// filesOf returns the files of a folder.
func filesOf(t *testing.T, folder string) []string {
	t.Helper()

	names, err := fs.Glob(examples(), path.Join(folder, "*.*"))
	if err != nil {
		t.Fatal(err)
	}

	return names
}

// exampleConfigurations returns what is a configuration by itself: a folder with a
// main.tf as a whole, unless it is a module for others to call, and of any other folder
// each file but the imports. Those of actions are none that the oldest supported CLI can
// read.
func exampleConfigurations(t *testing.T) []string {
	t.Helper()

	var names []string

	for _, folder := range exampleFolders(t) {
		if strings.HasPrefix(folder, "actions/") {
			continue
		}

		files := filesOf(t, folder)
		if slices.Contains(files, path.Join(folder, "main.tf")) {
			if !isModule(t, folder) {
				names = append(names, folder)
			}

			continue
		}

		for _, file := range files {
			if path.Ext(file) == ".tf" && !strings.HasPrefix(path.Base(file), "import") {
				names = append(names, file)
			}
		}
	}

	return names
}

// exampleText returns the text of a file, or of all configuration in a folder.
func exampleText(t *testing.T, name string) string {
	t.Helper()

	files := []string{name}
	if path.Ext(name) == "" {
		files = slices.DeleteFunc(filesOf(t, name), func(file string) bool { return path.Ext(file) != ".tf" })
	}

	var text strings.Builder

	for _, file := range files {
		content, err := fs.ReadFile(examples(), file)
		if err != nil {
			t.Fatal(err)
		}

		text.Write(content)
	}

	return text.String()
}

// isModule says whether a folder is a module for others to call, with tests of its own.
func isModule(t *testing.T, folder string) bool {
	t.Helper()

	return len(filesOf(t, path.Join(folder, "tests"))) > 0
}

// needsOthers says whether a configuration takes more than this provider: another one, a
// module, or a place for its state.
func needsOthers(text string) bool {
	if exampleBackend.MatchString(text) {
		return true
	}

	for _, source := range exampleSource.FindAllStringSubmatch(text, -1) {
		if source[1] != "opsaccess/opsaccess" {
			return true
		}
	}

	return false
}

// ephemerals returns the names of the provider's ephemeral resources.
func ephemerals(t *testing.T) []string {
	t.Helper()

	var names []string

	metadata, err := protocol(t).GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	must(t, err)

	for _, construct := range metadata.EphemeralResources {
		names = append(names, construct.TypeName)
	}

	return names
}

// keep returns what uses the names of ephemeral resources: nothing is opened in an apply
// that changes nothing, nor by OpenTofu if nobody uses it.
func keep(opened [][]string) string {
	if len(opened) == 0 {
		return ""
	}

	var names strings.Builder
	for _, block := range opened {
		fmt.Fprintf(&names, "ephemeral.%s.%s.name, ", block[1], block[2])
	}

	return "\nprovider \"echo\" {\n  data = [" + names.String() + "]\n}\n\nresource \"echo\" \"test\" {}\n"
}

// seedImports adds the tokens that the import examples name, and returns the id of the
// resource that each is imported as, by the second part of its import id.
func seedImports(t *testing.T, server *foremanserver.Server) map[string]string {
	t.Helper()

	id := func(token int) string { return fmt.Sprintf("%d/%d", server.UserID(exampleDeployUser), token) }
	imported := map[string]string{
		"deploy pipeline": id(addToken(t, server, exampleDeployUser, "deploy pipeline")),
		"name=2031":       id(addToken(t, server, exampleDeployUser, "2031")),
		"42":              deployTokenID(server),
	}

	for last := 0; last < exampleDeployToken; {
		last = addToken(t, server, exampleDeployUser, fmt.Sprintf("clicked-%d", last))
	}

	return imported
}

func deployTokenID(server *foremanserver.Server) string {
	return fmt.Sprintf("%d/%d", server.UserID(exampleDeployUser), exampleDeployToken)
}

func addToken(t *testing.T, server *foremanserver.Server, login, name string) int {
	t.Helper()

	id, _, err := server.AddToken(login, name, time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	return id
}

// copyExamples copies the configuration in an example and in the folders below it, but not
// what a CLI may have left there, into a folder of the workspace.
func copyExamples(t *testing.T, w *workspace, from, to string) {
	t.Helper()

	for _, folder := range exampleFolders(t) {
		below, ok := strings.CutPrefix(folder+"/", from+"/")
		if !ok {
			continue
		}

		target := filepath.Join(to, filepath.FromSlash(below))
		must(t, os.MkdirAll(filepath.Join(w.folder, target), 0o700))

		for _, file := range filesOf(t, folder) {
			if extension := path.Ext(file); extension == ".tf" || extension == ".hcl" {
				w.file(t, filepath.Join(target, path.Base(file)), string(exampleFile(t, file)))
			}
		}
	}
}

func exampleFile(t *testing.T, name string) []byte {
	t.Helper()

	content, err := fs.ReadFile(examples(), name)
	must(t, err)

	return content
}
