package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"math"
	"strconv"
	"time"

	"wutu/layers"
)

// element is a part of an answer, for both formats: in XML an element with text
// or children, in JSON a member with a value, an object or an array.
type element struct {
	name     string
	value    any // nil, string, bool, int or float64
	children []element
	kind     elementKind
}

type elementKind uint8

const (
	leaf   elementKind = iota
	object             // children are members
	array              // children are items; their names show in XML only
)

func of(name string, value any) element { return element{name: name, value: value} }

// text is a leaf; "" is null.
func text(name, s string) element {
	if s == "" {
		return element{name: name}
	}
	return element{name: name, value: s}
}

func members(name string, children ...element) element {
	return element{name: name, children: children, kind: object}
}

func items(name string, children ...element) element {
	return element{name: name, children: children, kind: array}
}

// instant is a time as the W3C note writes it, with the zone; the zero time is
// null.
func instant(name string, t time.Time, zone *time.Location) element {
	if t.IsZero() {
		return element{name: name}
	}
	return of(name, t.In(zone).Format(time.RFC3339))
}

// scalar is the value as text, and whether it has one.
func (e *element) scalar() (string, bool) {
	switch v := e.value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", false
		}
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// appendXML writes the element. Characters that XML cannot hold become U+FFFD.
func (e *element) appendXML(b *bytes.Buffer) error {
	s, has := e.scalar()
	if !has && len(e.children) == 0 {
		b.WriteString("<" + e.name + "/>")
		return nil
	}
	b.WriteString("<" + e.name + ">")
	if err := xml.EscapeText(b, []byte(s)); err != nil {
		return err
	}
	for i := range e.children {
		if err := e.children[i].appendXML(b); err != nil {
			return err
		}
	}
	b.WriteString("</" + e.name + ">")
	return nil
}

// appendJSON writes the element's value.
func (e *element) appendJSON(b *bytes.Buffer) error {
	if e.kind == leaf {
		if s, has := e.scalar(); !has {
			b.WriteString("null")
		} else if _, quoted := e.value.(string); !quoted {
			b.WriteString(s)
		} else {
			text, err := json.Marshal(s)
			if err != nil {
				return err
			}
			b.Write(text)
		}
		return nil
	}
	open, end := "{", "}"
	if e.kind == array {
		open, end = "[", "]"
	}
	b.WriteString(open)
	for i := range e.children {
		if i > 0 {
			b.WriteByte(',')
		}
		if e.kind == object {
			b.WriteString(`"` + e.children[i].name + `":`)
		}
		if err := e.children[i].appendJSON(b); err != nil {
			return err
		}
	}
	b.WriteString(end)
	return nil
}

// format is the form of an answer.
type format string

const (
	asXML  format = "xml"
	asJSON format = "json"
	asCSV  format = "csv"
)

func (f format) media() string {
	switch f {
	case asJSON:
		return "application/json; charset=utf-8"
	case asCSV:
		return "text/csv; charset=utf-8"
	case asXML:
	}
	return "text/xml; charset=utf-8"
}

// encode writes a document.
func (f format) encode(root element) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if f == asJSON {
		err = root.appendJSON(&b)
	} else {
		b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
		err = root.appendXML(&b)
	}
	b.WriteByte('\n')
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "open311", Err: err}
	}
	return b.Bytes(), nil
}
