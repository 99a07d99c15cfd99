package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// The file: one JSON object per line, of one of these kinds. Names and their
// order are part of the format.

const (
	fileFormat  = "wutu audit"
	fileVersion = 1
	// maxRecord bounds a line of the file: nine texts of 64 KiB, each byte of
	// which may be written with six.
	maxRecord = 9*6*maxText + 4096
	// instant is how times are written: microseconds, UTC.
	instant = "2006-01-02T15:04:05.000000Z"
)

// record is a line of the file; exactly one member is set.
type record struct {
	Header *header  `json:"header,omitempty"`
	Line   *lineDoc `json:"line,omitempty"`
	Seal   *sealDoc `json:"seal,omitempty"`
	End    *endDoc  `json:"end,omitempty"`
}

// header is the first line.
type header struct {
	Format  string           `json:"format"`
	Version int              `json:"version"`
	City    string           `json:"city"`
	Part    bool             `json:"part"`  // begins or ends in the middle of the trail
	First   uint64           `json:"first"` // number of the first line it may hold
	Before  []byte           `json:"before"`
	Keys    []keyring.Public `json:"keys"`
}

type lineDoc struct {
	N       uint64 `json:"n"`
	Rule    Rule   `json:"rule"`
	At      string `json:"at"`
	Actor   string `json:"actor"`
	Role    string `json:"role"`
	From    string `json:"from"`
	Action  string `json:"action"`
	Object  string `json:"object"`
	Filter  string `json:"filter"`
	Rows    int    `json:"rows"`
	Result  string `json:"result"`
	Purpose string `json:"purpose"`
	Detail  string `json:"detail"`
	Salt    []byte `json:"salt,omitempty"`
	Chain   []byte `json:"chain"`
}

type sealDoc struct {
	K         uint64            `json:"number"`
	Day       string            `json:"day"`
	First     uint64            `json:"first"`
	Last      uint64            `json:"last"`
	Chain     []byte            `json:"chain"`
	Before    []byte            `json:"before"`
	Rule      Rule              `json:"rule"`
	Signature keyring.Signature `json:"signature"`
}

type endDoc struct {
	At        string            `json:"at"`
	Last      uint64            `json:"last"`
	Chain     []byte            `json:"chain"`
	Seals     uint64            `json:"seals"`
	Signature keyring.Signature `json:"signature"`
}

func docOfLine(l *Line) *lineDoc {
	return &lineDoc{N: l.N, Rule: l.Rule, At: l.At.UTC().Format(instant), Actor: l.Actor, Role: l.Role, From: l.From, Action: l.Action,
		Object: l.Object, Filter: l.Filter, Rows: l.Rows, Result: l.Result, Purpose: l.Purpose, Detail: l.Detail, Salt: l.Salt, Chain: l.Chain}
}

// parseInstant reads a time that is written as instant says, and no other way.
func parseInstant(s string) (time.Time, error) {
	at, err := time.Parse(instant, s)
	if err != nil || at.Format(instant) != s {
		return at, fmt.Errorf("its time %.40q is none", s)
	}
	return at, nil
}

func (d *lineDoc) line() (*Line, error) {
	at, err := parseInstant(d.At)
	if err != nil {
		return nil, err
	}
	return &Line{N: d.N, Rule: d.Rule, Salt: d.Salt, Chain: d.Chain, AuditLine: layers.AuditLine{At: at, Actor: d.Actor, Role: d.Role, From: d.From,
		Action: d.Action, Object: d.Object, Filter: d.Filter, Rows: d.Rows, Result: d.Result, Purpose: d.Purpose, Detail: d.Detail}}, nil
}

// headHash is what the end of a file holds of its header, without the line feed.
func headHash(b []byte) []byte {
	h := SHA256.hash()
	h.Write(b)
	return h.Sum(nil)
}

// encoder writes records.
type encoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func newEncoder() *encoder {
	e := &encoder{}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
}

// encode returns the bytes of a record with a line feed, in memory that the
// next call overwrites.
func (e *encoder) encode(r *record) ([]byte, error) {
	e.buf.Reset()
	err := e.enc.Encode(r)
	return e.buf.Bytes(), err
}

// decode reads a record from a line of the file without its line feed, and
// asserts that it is written as encode would.
func (e *encoder) decode(b []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("is no record of an audit file: %w", err)
	}
	again, err := e.encode(&r)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again[:len(again)-1], b) {
		return &r, errNotCanonical
	}
	return &r, nil
}

var errNotCanonical = fmt.Errorf("is not written in the way of the format: other programs may read it in another way")
