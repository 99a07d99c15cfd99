package audit

import (
	"encoding/binary"
	"hash"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Rule says how the chain value of a line is made. The names are part of the
// file format and of stored cities.
type Rule string

// The rules.
const (
	First  Rule = "sha256-1" // of cities made before lines had all their parts
	SHA256 Rule = "sha256"
	SM3    Rule = "sm3"
)

// RuleOf is the rule for new lines of a city with keys of the suite; "" stands
// for a city without keys.
func RuleOf(s keyring.Suite) Rule {
	if s == keyring.GM {
		return SM3
	}
	return SHA256
}

// hash makes the rule's hash; nil for a rule that does not exist.
func (r Rule) hash() hash.Hash {
	switch r {
	case First, SHA256:
		return keyring.NewHash(keyring.Standard)
	case SM3:
		return keyring.NewHash(keyring.GM)
	}
	return nil
}

// Line is a line in its place in the trail.
type Line struct {
	N    uint64 // its number, from 1
	Rule Rule
	Salt []byte // nil for none
	layers.AuditLine
	Chain []byte // over all lines up to this one
	Mark  []byte // made with the store's keys, to verify within the store; nil for none. No part of files
}

// maxText bounds each text of a line, so that a filter of a million corners does
// not become a line nobody can read.
const maxText = 64 << 10

// cut is what a text ends with that was longer than maxText.
const cut = " …(cut)"

// Complete fills what the line leaves open from its batch, and brings it into
// the form that survives storing: microseconds, UTF-8, texts of at most 64 KiB,
// which end in "…(cut)" when they were longer.
func Complete(a layers.AuditLine, actor string, at time.Time) layers.AuditLine {
	if a.Actor == "" {
		a.Actor = actor
	}
	if a.At.IsZero() {
		a.At = at
	}
	if a.Result == "" {
		a.Result = layers.AuditDone
	}
	a.At = a.At.UTC().Truncate(time.Microsecond)
	a.Rows = max(a.Rows, 0)
	for _, s := range texts(&a) {
		*s = strings.ToValidUTF8(*s, "\ufffd")
		if len(*s) > maxText {
			end := maxText - len(cut)
			for !utf8.RuneStart((*s)[end]) {
				end--
			}
			*s = (*s)[:end] + cut
		}
	}
	return a
}

// texts are the texts of a line in the order of its canonical bytes.
func texts(a *layers.AuditLine) [9]*string {
	return [...]*string{&a.Actor, &a.Role, &a.From, &a.Action, &a.Object, &a.Filter, &a.Result, &a.Purpose, &a.Detail}
}

// Bytes appends the canonical bytes of the line, without chain and mark: the
// rule, the number, the microseconds since 1970 UTC, the salt, the nine texts
// and the rows, numbers as 8 bytes big-endian, texts behind their length as
// such a number. So two lines that differ have different bytes. Lines of rule
// First have number, time and four texts only.
func (l *Line) Bytes(b []byte) []byte {
	number := func(n uint64) { b = binary.BigEndian.AppendUint64(b, n) }
	text := func(s string) { number(uint64(len(s))); b = append(b, s...) }
	if l.Rule == First {
		number(l.N)
		number(uint64(l.At.UnixMicro()))
		for _, s := range [...]string{l.Actor, l.Action, l.Object, l.Detail} {
			text(s)
		}
		return b
	}
	text(string(l.Rule))
	number(l.N)
	number(uint64(l.At.UnixMicro()))
	text(string(l.Salt))
	for _, s := range texts(&l.AuditLine) {
		text(*s)
	}
	number(uint64(l.Rows))
	return b
}

// plain reports whether a line of rule First has nothing in the parts that its
// rule does not cover.
func (l *Line) plain() bool {
	return l.Role == "" && l.From == "" && l.Filter == "" && l.Rows == 0 && l.Result == "" && l.Purpose == "" && len(l.Salt) == 0
}

// Chain returns the chain value of l behind a line whose value is before; nil
// before for the first line, and nil for a rule that does not exist. The result
// belongs to the caller. Not kept: neither argument.
func Chain(before []byte, l *Line) []byte {
	var c chainer
	return c.sum(before, l)
}

// chainer computes chain values with memory of its own.
type chainer struct {
	rule Rule
	hash hash.Hash
	buf  []byte
}

// sum is Chain.
func (c *chainer) sum(before []byte, l *Line) []byte {
	if c.hash == nil || c.rule != l.Rule {
		c.rule, c.hash = l.Rule, l.Rule.hash()
	}
	if c.hash == nil || l.Rule == First && !l.plain() {
		return nil
	}
	c.buf = c.buf[:0]
	if l.Rule != First {
		c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(len(before)))
	}
	c.buf = l.Bytes(append(c.buf, before...))
	c.hash.Reset()
	c.hash.Write(c.buf)
	return c.hash.Sum(make([]byte, 0, c.hash.Size()))
}
