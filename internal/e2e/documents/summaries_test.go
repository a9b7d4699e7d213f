package documents

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// anything is a placeholder in a summary for text that is known only at run time.
const anything = "…"

// diagnosers lists the functions that create a diagnostic, by name, with its severity and the index of
// the summary among the arguments.
var diagnosers = map[string]struct {
	severity string
	argument int
}{
	"AddError": {"Error", 0}, "AddAttributeError": {"Error", 1},
	"AddWarning": {"Warning", 0}, "AddAttributeWarning": {"Warning", 1},
	"NewErrorDiagnostic": {"Error", 0}, "NewAttributeErrorDiagnostic": {"Error", 1},
	"NewWarningDiagnostic": {"Warning", 0}, "NewAttributeWarningDiagnostic": {"Warning", 1},
}

// module is the path of the project's own packages.
const module = "github.com/opsaccess/terraform-provider-opsaccess/"

// source is the Go code of some packages, for static analysis.
type source struct {
	// packages holds the packages read so far, by import path, after their names have been resolved.
	packages map[string]*types.Package
	parsed   map[string][]*ast.File

	files *token.FileSet
	trees []*ast.File
	info  *types.Info
	// calls holds the calls of each function, and values the positions at which it is used as a value
	// instead.
	calls  map[types.Object][]*ast.CallExpr
	values map[types.Object][]token.Pos
	// parameters maps each parameter to its function and its index.
	parameters map[types.Object]parameter
	// assigned holds all values assigned to a variable or a field; nil if a value is one of several
	// results or an element.
	assigned map[types.Object][]ast.Expr
}

type parameter struct {
	of    types.Object
	index int
}

// readProvider reads all code that creates diagnostics, except for the texts of the engine's notices.
func readProvider(t *testing.T) *source {
	t.Helper()

	packages := map[string][]string{}

	for _, name := range sourceFiles(t, "internal/provider") {
		if name == "internal/provider/token/messages.go" { // noticeSummaries covers this file.
			continue
		}

		folder := filepath.ToSlash(filepath.Dir(name))
		packages[module+folder] = append(packages[module+folder], name)
	}

	return readSource(t, packages)
}

// sourceFiles returns the Go files in the folders and below, without tests. A folder need not exist,
// but at least one file must.
func sourceFiles(t *testing.T, folders ...string) []string {
	t.Helper()

	var (
		root  = os.DirFS(providertest.Repository())
		names []string
	)

	for _, folder := range folders {
		err := fs.WalkDir(root, folder, func(name string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				names = append(names, name)
			}

			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}

	if len(names) == 0 {
		t.Fatalf("found no code in %q", folders)
	}

	return names
}

// readSource reads packages, each given by the names of its files relative to the root of the
// repository. A name that begins with "package" is the source text itself.
func readSource(t *testing.T, packages map[string][]string) *source {
	t.Helper()

	s := &source{
		packages: map[string]*types.Package{}, parsed: map[string][]*ast.File{},
		files: token.NewFileSet(),
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		},
		calls: map[types.Object][]*ast.CallExpr{}, values: map[types.Object][]token.Pos{},
		parameters: map[types.Object]parameter{}, assigned: map[types.Object][]ast.Expr{},
	}

	for path, files := range packages {
		for i, file := range files {
			name, text := file, any(nil)

			if strings.HasPrefix(file, "package ") {
				name, text = fmt.Sprintf("%s/text%d.go", path, i), file
			} else {
				name = filepath.Join(providertest.Repository(), name)
			}

			tree, err := parser.ParseFile(s.files, name, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}

			s.parsed[path] = append(s.parsed[path], tree)
		}
	}

	for _, path := range slices.Sorted(maps.Keys(s.parsed)) {
		_, _ = s.Import(path)
		s.trees = append(s.trees, s.parsed[path]...)
	}

	for _, tree := range s.trees {
		ast.Inspect(tree, s.index)
	}

	return s
}

var _ types.Importer = (*source)(nil)

// Import returns a package that was read. Any other package is empty, and values from it have no type;
// that suffices to resolve names and to evaluate constants.
func (s *source) Import(path string) (*types.Package, error) {
	if done := s.packages[path]; done != nil {
		return done, nil
	}

	imported := types.NewPackage(path, filepath.Base(path))

	if trees := s.parsed[path]; len(trees) > 0 {
		config := types.Config{Importer: s, Error: func(error) {}}
		imported, _ = config.Check(path, s.files, trees, s.info)
	}

	imported.MarkComplete()
	s.packages[path] = imported

	return imported, nil
}

// index records what is needed to evaluate variables.
func (s *source) index(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.FuncDecl:
		s.indexParameters(s.info.Defs[n.Name], n.Type)
	case *ast.CallExpr:
		if object := s.object(n.Fun); object != nil {
			s.calls[object] = append(s.calls[object], n)
		}
	case *ast.AssignStmt:
		s.assign(n.Lhs, n.Rhs, n.Tok == token.ASSIGN || n.Tok == token.DEFINE)
	case *ast.ValueSpec:
		left := make([]ast.Expr, 0, len(n.Names))
		for _, name := range n.Names {
			left = append(left, name)
		}

		if len(n.Values) > 0 {
			s.assign(left, n.Values, true)
		}
	case *ast.RangeStmt:
		s.assign([]ast.Expr{n.Key, n.Value}, nil, false)
	case *ast.KeyValueExpr:
		if field, ok := n.Key.(*ast.Ident); ok && s.info.Uses[field] != nil {
			s.assigned[s.info.Uses[field]] = append(s.assigned[s.info.Uses[field]], n.Value)
		}
	case *ast.UnaryExpr:
		if object := s.object(n.X); n.Op == token.AND && object != nil { // Other code may write to it through the pointer.
			s.assigned[object] = append(s.assigned[object], nil)
		}
	case *ast.Ident:
		if object, ok := s.info.Uses[n].(*types.Func); ok {
			s.values[object] = append(s.values[object], n.Pos())
		}
	}

	return true
}

func (s *source) indexParameters(of types.Object, function *ast.FuncType) {
	var index int

	for _, field := range function.Params.List {
		for _, name := range field.Names {
			s.parameters[s.info.Defs[name]] = parameter{of: of, index: index}
			index++
		}
	}
}

func (s *source) assign(left, right []ast.Expr, plain bool) {
	for i, target := range left {
		object := s.object(target)

		switch {
		case object == nil:
		case plain && len(right) == len(left):
			s.assigned[object] = append(s.assigned[object], right[i])
		default:
			s.assigned[object] = append(s.assigned[object], nil)
		}
	}
}

// object returns the object that an expression names; nil if it is not a name.
func (s *source) object(expression ast.Expr) types.Object {
	switch e := expression.(type) {
	case *ast.Ident:
		if object := s.info.Defs[e]; object != nil {
			return object
		}

		return s.info.Uses[e]
	case *ast.SelectorExpr:
		return s.info.Uses[e.Sel]
	case *ast.ParenExpr:
		return s.object(e.X)
	default:
		return nil
	}
}

// summaries returns the sorted summaries of the packages' diagnostics, and an error for those that
// cannot be determined.
func (s *source) summaries() ([]string, error) {
	var (
		all      []string
		problems []error
	)

	called := map[*ast.SelectorExpr]*ast.CallExpr{}

	for _, tree := range s.trees {
		ast.Inspect(tree, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.CallExpr: // A call is visited before its function.
				if selector, ok := n.Fun.(*ast.SelectorExpr); ok {
					called[selector] = n
				}
			case *ast.SelectorExpr:
				texts, err := s.summary(n, called[n])
				all, problems = append(all, texts...), append(problems, err)
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "Summary" {
					problems = append(problems, s.at(n, "a diagnostic of our own, whose summaries are not looked for"))
				}
			}

			return true
		})
	}

	slices.Sort(all)

	return slices.Compact(all), errors.Join(problems...)
}

// summary returns the summaries of a call; none if it does not create a diagnostic.
func (s *source) summary(function *ast.SelectorExpr, call *ast.CallExpr) ([]string, error) {
	diagnoser, ok := diagnosers[function.Sel.Name]

	// If the function is declared in this code, its own calls create the diagnostic.
	if own := s.info.Uses[function.Sel]; own != nil && own.Pkg() != nil && len(s.parsed[own.Pkg().Path()]) > 0 {
		ok = false
	}

	switch {
	case !ok:
		return nil, nil
	case call == nil:
		return nil, s.at(function, "%s is handed on: call it", function.Sel.Name)
	}

	texts, err := s.texts(call.Args[diagnoser.argument], nil)
	for i, text := range texts {
		texts[i] = diagnoser.severity + ": " + text
	}

	return texts, err
}

func (s *source) at(node ast.Node, format string, arguments ...any) error {
	return fmt.Errorf("%s: %s", s.files.Position(node.Pos()), fmt.Sprintf(format, arguments...))
}
