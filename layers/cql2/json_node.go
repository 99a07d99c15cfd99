package cql2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"wutu/layers"
)

// MaxJSON bounds the bytes of a filter in JSON, which needs more room than text.
const MaxJSON = 256 << 10

// maxNesting bounds the levels of JSON: two for a level of the tree, which is an
// object with an array, and some for coordinates.
const maxNesting = 2*MaxDepth + 10

// maxMembers bounds the members of one object; the forms of CQL2 have at most
// four.
const maxMembers = 100

// node is a JSON value with its place.
type node struct {
	kind  nodeKind
	pos   int    // byte offset of its first byte
	text  string // of a string or number
	truth bool
	names []string // of an object's members
	items []node   // of an object or array
}

type nodeKind uint8

const (
	nodeNull nodeKind = iota
	nodeBool
	nodeNumber
	nodeText
	nodeArray
	nodeObject
)

var nodeKinds = [...]string{"null", "a boolean", "a number", "a text", "an array", "an object"}

func (k nodeKind) String() string { return nodeKinds[k] }

// member returns the member called name, nil if there is none.
func (n *node) member(name string) *node {
	for i, have := range n.names {
		if have == name {
			return &n.items[i]
		}
	}
	return nil
}

// path is the way from the root to a value, for JSON pointers.
type path struct {
	up   *path
	name string
}

func (p *path) member(name string) *path { return &path{p, name} }

func (p *path) item(i int) *path { return &path{p, strconv.Itoa(i)} }

// String is the JSON pointer (RFC 6901), "" for the root.
func (p *path) String() string {
	if p == nil {
		return ""
	}
	return p.up.String() + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(p.name))
}

// jsonFault makes an error at a value: its byte offset and its JSON pointer.
func jsonFault(kind layers.Kind, n *node, at *path, format string, args ...any) error {
	where := "offset " + strconv.Itoa(n.pos)
	if at != nil {
		where += ", " + at.String()
	}
	return &layers.Error{Kind: kind, Op: "cql2", Field: "filter", At: where, Err: fmt.Errorf(format, args...)}
}

// decode reads JSON into nodes.
func decode(src []byte) (*node, error) {
	if len(src) > MaxJSON {
		return nil, fault(layers.TooLarge, MaxJSON, "the filter has %d bytes, at most %d are read", len(src), MaxJSON)
	}
	if !utf8.Valid(src) {
		return nil, invalid(firstInvalid(string(src)), "the filter is not UTF-8")
	}
	d := &decoder{src: src, json: json.NewDecoder(bytes.NewReader(src))}
	d.json.UseNumber()
	var root node
	if err := d.value(&root, 1); err != nil {
		return nil, err
	}
	end := d.next()
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid(end, "something stands behind the filter")
	}
	return &root, nil
}

type decoder struct {
	src  []byte
	json *json.Decoder
}

// next is the offset of the next value or closing bracket.
func (d *decoder) next() int {
	at := int(d.json.InputOffset())
	for at < len(d.src) && strings.IndexByte(" \t\r\n,:", d.src[at]) >= 0 {
		at++
	}
	return at
}

// token reads the next token.
func (d *decoder) token() (json.Token, int, error) {
	pos := d.next()
	t, err := d.json.Token()
	if err == nil {
		return t, pos, nil
	}
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, 0, invalid(max(pos, int(bad.Offset)-1), "not JSON: %s", bad)
	}
	if pos == 0 {
		return nil, 0, invalid(0, "the filter is empty")
	}
	return nil, 0, invalid(len(d.src), "not JSON: it ends too early")
}

func (d *decoder) value(n *node, levels int) error {
	t, pos, err := d.token()
	if err != nil {
		return err
	}
	n.pos = pos
	if levels > maxNesting {
		return fault(layers.TooLarge, pos, "nested too deeply: more than %d levels of JSON", maxNesting)
	}
	switch t := t.(type) {
	case bool:
		n.kind, n.truth = nodeBool, t
	case json.Number:
		n.kind, n.text = nodeNumber, t.String()
	case string:
		n.kind, n.text = nodeText, t
	case json.Delim:
		n.kind = nodeArray
		if t == '{' {
			n.kind = nodeObject
		}
		return d.content(n, levels)
	}
	return nil
}

// content reads the items of an array or the members of an object.
func (d *decoder) content(n *node, levels int) error {
	for d.json.More() {
		if n.kind == nodeObject {
			name, pos, err := d.token()
			if err != nil {
				return err
			}
			s, ok := name.(string)
			if !ok {
				return invalid(pos, "not JSON: the name of a member is no text")
			}
			if len(n.names) == maxMembers {
				return fault(layers.TooLarge, pos, "an object has more than %d members", maxMembers)
			}
			if n.member(s) != nil {
				return invalid(pos, "the member %q stands twice", clip(s))
			}
			n.names = append(n.names, s)
		}
		var item node
		if err := d.value(&item, levels+1); err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, _, err := d.token()
	return err
}
