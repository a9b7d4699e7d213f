package documents

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
)

var formatVerb = regexp.MustCompile(`%[-+# 0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z%]`)

// texts returns all values that an expression may have.
func (s *source) texts(expression ast.Expr, within []types.Object) ([]string, error) {
	if value := s.info.Types[expression].Value; value != nil && value.Kind() == constant.String {
		return []string{constant.StringVal(value)}, nil
	}

	switch e := expression.(type) {
	case *ast.ParenExpr:
		return s.texts(e.X, within)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			break
		}

		return s.joined([]ast.Expr{e.X, e.Y}, within)
	case *ast.CallExpr:
		if s.isSprintf(e) {
			return s.formatted(e, within)
		}
	case *ast.Ident, *ast.SelectorExpr:
		return s.variable(e, within)
	}

	return nil, s.at(expression, "what this is cannot be told without running it")
}

func (s *source) joined(parts []ast.Expr, within []types.Object) ([]string, error) {
	all := []string{""}

	for _, part := range parts {
		texts, err := s.texts(part, within)
		if err != nil {
			return nil, err
		}

		var longer []string

		for _, text := range all {
			for _, end := range texts {
				longer = append(longer, text+end)
			}
		}

		all = longer
	}

	return all, nil
}

// variable returns the values of a parameter in all calls, or all values assigned to a variable.
func (s *source) variable(expression ast.Expr, within []types.Object) ([]string, error) {
	object := s.object(expression)
	if object == nil || slices.Contains(within, object) {
		return nil, s.at(expression, "what this is cannot be told without running it")
	}

	within = append(slices.Clone(within), object)
	values := s.assigned[object]

	if p, ok := s.parameters[object]; ok {
		if len(s.calls[p.of]) != len(s.values[p.of]) {
			return nil, s.at(expression, "it is a parameter of %s, which is handed on", p.of.Name())
		}

		for _, call := range s.calls[p.of] {
			values = append(values, call.Args[p.index])
		}
	}

	if len(values) == 0 {
		return nil, s.at(expression, "nothing is ever assigned to it")
	}

	var all []string

	for _, value := range values {
		if value == nil {
			return nil, s.at(expression, "not all that is assigned to it can be told without running it")
		}

		texts, err := s.texts(value, within)
		if err != nil {
			return nil, err
		}

		all = append(all, texts...)
	}

	return all, nil
}

func (s *source) isSprintf(call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Sprintf" {
		return false
	}

	p, ok := selector.X.(*ast.Ident)

	return ok && p.Name == "fmt"
}

// formatted returns the results of a format. Arguments that cannot be determined are replaced by
// [anything].
func (s *source) formatted(call *ast.CallExpr, within []types.Object) ([]string, error) {
	all, err := s.texts(call.Args[0], within)
	if err != nil {
		return nil, err
	}

	for i, text := range all {
		all[i] = formatVerb.ReplaceAllStringFunc(text, func(verb string) string {
			if verb == "%%" {
				return "%"
			}

			return anything
		})
	}

	return all, nil
}
