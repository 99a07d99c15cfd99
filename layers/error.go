package layers

import (
	"context"
	"errors"
	"strings"
)

// Kind classifies an error for the caller's reaction. The list is append-only.
type Kind uint8

// The kinds of errors. Foreign errors are Internal.
const (
	Internal     Kind = iota // a defect or a broken environment; the caller cannot help it
	Invalid                  // the input is wrong; Field and At say where
	NotFound                 // the named layer, feature or record does not exist for this subject
	Conflict                 // a stale version, or something that exists already
	Forbidden                // the subject may not do this
	Unauthorized             // nobody is signed in, or the key is not known
	TooLarge                 // a declared limit was exceeded
	Unsupported              // well-formed but not offered
	Unavailable              // the store cannot be reached or is shutting down; try again
	Timeout                  // the time budget of the request is used up
)

var kindNames = [...]string{"internal", "invalid", "not-found", "conflict", "forbidden",
	"unauthorized", "too-large", "unsupported", "unavailable", "timeout"}

// String is the stable lower-case name of k, as used in problem types.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is the one error type of the program: what kind of failure, in which
// operation, about what, and where in the input. Empty parts are left out of
// the text. Adapters wrap foreign errors in it once.
type Error struct {
	Kind  Kind
	Op    string // operation that failed, "gpkg.Apply"
	Layer string // layer id
	ID    string // feature id, or the record number of an import
	Field string // field, parameter or JSON pointer at fault
	At    string // where: a byte offset, a line, a coordinate
	Err   error  // cause; its text is part of the message
}

// Error joins the parts that are set: "gpkg.Apply: layer buildings: feature b1: field height: not a number".
func (e *Error) Error() string {
	var b strings.Builder
	part := func(label, s string) {
		if s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(label)
		b.WriteString(s)
	}
	part("", e.Op)
	part("layer ", e.Layer)
	part("feature ", e.ID)
	part("field ", e.Field)
	part("at ", e.At)
	if e.Err != nil {
		part("", e.Err.Error())
	} else {
		part("", e.Kind.String())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain. Context errors
// are Timeout (deadline) or Unavailable (cancelled); everything else is Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.Is(err, context.Canceled):
		return Unavailable
	}
	return Internal
}

// Errorf-like constructors keep call sites short.

// Invalidf reports wrong input in field; message is a full sentence fragment
// such as "latitude 95 is out of range".
func Invalidf(op, field, message string) *Error {
	return &Error{Kind: Invalid, Op: op, Field: field, Err: errors.New(message)}
}
