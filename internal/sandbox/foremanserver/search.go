package foremanserver

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// tri is SQL's truth value.
type tri int

const (
	isFalse tri = iota
	isTrue
	isNull
)

// predicate reports whether a row is selected; a nil predicate is an empty condition, which SQL
// omits.
type predicate[T any] func(T) tri

// databaseError is a search that the database refuses: the server responds with 500.
type databaseError struct{ message string }

// Error returns the database's text.
func (e *databaseError) Error() string { return e.message }

var integerText = regexp.MustCompile(`(?m)^-?\d+$`)

// searcher turns a parsed search into a predicate over rows.
type searcher[T any] struct {
	fields map[string]field[T]
	// now and zone are the context in which times in a search are parsed.
	now  time.Time
	zone *time.Location
}

// compile parses a search; the error is a queryError or a databaseError.
func (s searcher[T]) compile(query string) (predicate[T], error) {
	tree, err := parseSearch(query)
	if err != nil {
		return nil, err
	}
	return s.build(tree)
}

func (s searcher[T]) build(n *node) (predicate[T], error) {
	switch {
	case n.logical:
		return s.buildLogical(n)
	case n.op == "":
		return s.buildWord(n.value)
	case n.op == symNot:
		return s.buildNot(n.children[0])
	case n.op == symNull || n.op == symSet:
		return s.buildNull(n)
	case len(n.children) == 1:
		return s.buildDefault(n.op, n.children[0])
	default:
		return s.buildField(n.op, n.children[0].value, n.children[1].value)
	}
}

func (s searcher[T]) buildLogical(n *node) (predicate[T], error) {
	var parts []predicate[T]
	for _, child := range n.children {
		p, err := s.build(child)
		if err != nil {
			return nil, err
		}
		if p != nil {
			parts = append(parts, p)
		}
	}
	return combine(n.op, parts), nil
}

// buildNot negates a predicate; NULL counts as false before the negation.
func (s searcher[T]) buildNot(operand *node) (predicate[T], error) {
	p, err := s.build(operand)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &databaseError{"PG::SyntaxError: ERROR:  syntax error at or near \",\"\n"}
	}
	return func(row T) tri { return truth(p(row) != isTrue) }, nil
}

// buildWord searches for a word without an operator in every default field. The name of a boolean
// field is read as "field = true".
func (s searcher[T]) buildWord(word string) (predicate[T], error) {
	if f, ok := s.fields[word]; ok && f.kind == boolField {
		return testBool(f, true), nil
	}
	return s.anyDefault(symLike, word, true)
}

// buildDefault searches all default fields with an operator that has no field.
func (s searcher[T]) buildDefault(op string, operand *node) (predicate[T], error) {
	if operand.op != "" || operand.logical {
		return nil, &queryError{"Value not a leaf node"}
	}
	return s.anyDefault(op, operand.value, op == symLike || op == symUnlike || op == symEq || op == symNe)
}

func (s searcher[T]) anyDefault(op, word string, texts bool) (predicate[T], error) {
	var parts []predicate[T]
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		f := s.fields[name]
		if f.explicit || f.kind == boolField || (f.kind == textField && !texts) {
			continue
		}
		p, err := s.test(f, op, word)
		if err != nil {
			return nil, err
		}
		if p != nil {
			parts = append(parts, p)
		}
	}
	return combine(symOr, parts), nil
}

func (s searcher[T]) buildNull(n *node) (predicate[T], error) {
	name := n.children[0].value
	f, ok := s.fields[name]
	if !ok {
		return nil, unknownField(name)
	}
	wantSet := n.op == symSet
	return func(row T) tri {
		has := slices.ContainsFunc(f.values(row), func(v value) bool { return v.set })
		return truth(has == wantSet)
	}, nil
}

func (s searcher[T]) buildField(op, name, text string) (predicate[T], error) {
	f, ok := s.fields[name]
	if !ok {
		return nil, unknownField(name)
	}
	if f.kind == integerField {
		values := []string{text}
		if op == symIn || op == symNotIn {
			values = splitList(text)
		}
		for _, v := range values {
			if !integerText.MatchString(v) {
				return nil, &queryError{fmt.Sprintf("Value '%s' is not valid for field '%s'", v, name)}
			}
		}
	}
	if f.kind == boolField {
		return testSet(f, name, op, text)
	}
	return s.test(f, op, text)
}

// combine joins predicates with "and" or "or"; without any, it returns an empty condition.
func combine[T any](op string, parts []predicate[T]) predicate[T] {
	if len(parts) == 0 {
		return nil
	}
	// "and" stops at false, "or" at true; otherwise one NULL makes the result NULL.
	stop, otherwise := isFalse, isTrue
	if op == symOr {
		stop, otherwise = isTrue, isFalse
	}
	return func(row T) tri {
		result := otherwise
		for _, p := range parts {
			have := p(row)
			if have == stop {
				return stop
			}
			if have == isNull {
				result = isNull
			}
		}
		return result
	}
}

func unknownField(name string) error {
	return &queryError{fmt.Sprintf("Field '%s' not recognized for searching!", name)}
}

// test compares one field with a value.
func (s searcher[T]) test(f field[T], op, text string) (predicate[T], error) {
	like := op == symLike || op == symUnlike
	if like && f.kind != textField {
		return nil, &queryError{fmt.Sprintf("the operator '%s' is not supported for field type '%s'", op, f.kind)}
	}
	var compare func(value) bool
	switch {
	case f.kind == timeField:
		compare = s.testTime(op, text)
		if compare == nil {
			return nil, nil
		}
	case like:
		match, err := likeMatcher(likePattern(text))
		if err != nil {
			return nil, err
		}
		compare = func(v value) bool { return match(v.text) == (op == symLike) }
	case op == symIn || op == symNotIn:
		wanted, err := parseValues(f.kind, splitList(text))
		if err != nil {
			return nil, err
		}
		if len(wanted) == 0 {
			return nil, &databaseError{"PG::SyntaxError: ERROR:  syntax error at or near \")\"\n"}
		}
		compare = func(v value) bool {
			in := slices.ContainsFunc(wanted, func(w value) bool { return compareValues(f.kind, v, w) == 0 })
			return in == (op == symIn)
		}
	default:
		wanted, err := parseValues(f.kind, []string{text})
		if err != nil {
			return nil, err
		}
		compare = func(v value) bool { return satisfies(op, compareValues(f.kind, v, wanted[0])) }
	}
	return lift(f, compare), nil
}

// lift turns a test of one value into a predicate. NULL stays NULL; a field with many values passes
// if any of them does.
func lift[T any](f field[T], compare func(value) bool) predicate[T] {
	if f.many {
		return func(row T) tri { return truth(slices.ContainsFunc(f.values(row), compare)) }
	}
	return func(row T) tri {
		v := f.values(row)[0]
		if !v.set {
			return isNull
		}
		return truth(compare(v))
	}
}

func testBool[T any](f field[T], want bool) predicate[T] {
	return lift(f, func(v value) bool { return v.boolean == want })
}

// testSet compares a boolean field, which has two values and two operators.
func testSet[T any](f field[T], name, op, text string) (predicate[T], error) {
	if text != "true" && text != "false" {
		return nil, &queryError{fmt.Sprintf("'%s' should be one of 'true, false', but the query was '%s'", name, text)}
	}
	if op != symEq && op != symNe {
		return nil, &queryError{fmt.Sprintf("Operator '%s' not supported for '%s'", op, name)}
	}
	return testBool(f, (text == "true") == (op == symEq)), nil
}

func truth(b bool) tri {
	if b {
		return isTrue
	}
	return isFalse
}
