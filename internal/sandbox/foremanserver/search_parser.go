package foremanserver

import (
	"fmt"
	"slices"
	"strings"
)

// node is a part of a parsed search: a leaf when op is empty, else an operator with its operands.
type node struct {
	op       string
	children []*node
	value    string
	// logical nodes join any number of operands with and / or; other nodes compare.
	logical bool
}

// queryError is a search or an order that the server refuses with 400.
type queryError struct{ message string }

// Error returns the server's own text.
func (e *queryError) Error() string { return e.message }

var comparisons = []string{
	symEq, symNe, symGt, symGte, symLt, symLte, symLike, symUnlike, symIn, symNotIn,
}

// searchParser reads lexemes from left to right, with one lexeme of lookahead.
type searchParser struct {
	rest    []lexeme
	current lexeme
}

// parseSearch turns a search into a tree. If the root of the tree has no operands, the search
// selects everything.
func parseSearch(query string) (*node, error) {
	lexemes := lexSearch(query)
	// The search language drops operators at the end, including closing parentheses.
	for len(lexemes) > 0 && lexemes[len(lexemes)-1].sym != symWord {
		lexemes = lexemes[:len(lexemes)-1]
	}
	p := &searchParser{rest: lexemes}
	return p.sequence(true)
}

// sequence reads expressions up to a closing parenthesis; adjacent expressions are joined by "and".
func (p *searchParser) sequence(root bool) (*node, error) {
	if !root && p.peekIs(symLParen) {
		p.next()
	}
	n := &node{op: symAnd, logical: true}
	for len(p.rest) > 0 && !p.peekIs(symRParen) {
		child, err := p.logicalExpression()
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	if !root && p.peekIs(symRParen) {
		p.next()
	}
	if !root && len(n.children) == 0 {
		return nil, &queryError{"Empty list of operands"}
	}
	return n, nil
}

func (p *searchParser) logicalExpression() (*node, error) {
	var lhs *node
	var err error
	switch {
	case p.peekIs(symLParen):
		lhs, err = p.sequence(false)
	case p.peekIs(symNot):
		lhs, err = p.notExpression()
	case p.peekIs(symNull, symSet):
		lhs, err = p.prefix(p.next().sym)
	case p.peekIs(symAnd, symOr):
		lhs, err = p.infixLogical(nil)
	default:
		lhs, err = p.comparison()
	}
	if err != nil {
		return nil, err
	}
	if p.peekIs(symAnd, symOr) {
		return p.infixLogical(lhs)
	}
	return lhs, nil
}

// infixLogical reads "and" or "or" and everything to its right: both are right-associative and have
// the same precedence.
func (p *searchParser) infixLogical(lhs *node) (*node, error) {
	n := &node{op: p.next().sym, logical: true}
	if lhs != nil {
		n.children = append(n.children, lhs)
	}
	if len(p.rest) == 0 {
		return nil, &queryError{"Empty list of operands"}
	}
	rhs, err := p.logicalExpression()
	if err != nil {
		return nil, err
	}
	n.children = append(n.children, rhs)
	return n, nil
}

func (p *searchParser) notExpression() (*node, error) {
	p.next()
	var operand *node
	var err error
	switch {
	case p.peekIs(symNot):
		operand, err = p.notExpression()
	case p.peekIs(symLParen):
		operand, err = p.sequence(false)
	default:
		operand, err = p.comparison()
	}
	if err != nil {
		return nil, err
	}
	return &node{op: symNot, children: []*node{operand}}, nil
}

func (p *searchParser) comparison() (*node, error) {
	if p.peekIs(symComma) {
		p.next()
	}
	if p.peekIs(symWord) {
		return p.infixComparison()
	}
	switch operator := p.next().sym; operator {
	case symIn:
		return p.prefixIn(symEq, symOr)
	case symNotIn:
		return p.prefixIn(symNe, symAnd)
	default:
		return p.prefix(operator)
	}
}

// prefix reads the single operand of an operator that has no field.
func (p *searchParser) prefix(operator string) (*node, error) {
	operand, err := p.operand()
	if err != nil {
		return nil, err
	}
	return &node{op: operator, children: []*node{operand}}, nil
}

// prefixIn expands a list without a field: each value is compared separately.
func (p *searchParser) prefixIn(comparison, join string) (*node, error) {
	n := &node{op: join, logical: true}
	for _, value := range p.list() {
		n.children = append(n.children, &node{op: comparison, children: []*node{{value: value}}})
	}
	if len(n.children) == 0 {
		return nil, &queryError{"Empty list of operands"}
	}
	return n, nil
}

func (p *searchParser) infixComparison() (*node, error) {
	lhs, err := p.operand()
	if err != nil || len(p.rest) == 0 {
		return lhs, err
	}
	if p.peekIs(symComma) {
		p.next()
		return lhs, nil
	}
	if !p.peekIs(comparisons...) {
		return lhs, nil
	}
	operator := p.next().sym
	rhs, err := p.operand()
	if err != nil {
		return nil, err
	}
	return &node{op: operator, children: []*node{lhs, rhs}}, nil
}

// operand reads a word, or after "in" a list, which becomes one text with commas.
func (p *searchParser) operand() (*node, error) {
	if p.peekIs(symWord) {
		return &node{value: p.next().word}, nil
	}
	if p.current.sym == symIn || p.current.sym == symNotIn {
		return &node{value: strings.Join(p.list(), ",")}, nil
	}
	found := "nil"
	if len(p.rest) > 0 {
		found = ":" + p.rest[0].sym
	}
	return nil, &queryError{fmt.Sprintf("Value expected but found %s", found)}
}

// list reads the words up to a closing parenthesis and skips everything between them.
func (p *searchParser) list() []string {
	if p.peekIs(symLParen) {
		p.next()
	}
	var words []string
	for len(p.rest) > 0 && !p.peekIs(symRParen) {
		if l := p.next(); l.sym == symWord {
			words = append(words, l.word)
		}
	}
	if p.peekIs(symRParen) {
		p.next()
	}
	return words
}

func (p *searchParser) peekIs(symbols ...string) bool {
	return len(p.rest) > 0 && slices.Contains(symbols, p.rest[0].sym)
}

func (p *searchParser) next() lexeme {
	if len(p.rest) == 0 {
		p.current = lexeme{sym: "nil"}
		return p.current
	}
	p.current, p.rest = p.rest[0], p.rest[1:]
	return p.current
}
