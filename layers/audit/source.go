package audit

import (
	"context"
	"iter"
	"strings"
	"time"

	"wutu/layers"
)

// Query selects lines. The zero Query selects all, oldest first.
type Query struct {
	From, To time.Time // lines dated in [From, To); zero: unbounded
	Actor    string    // "": any. A text that ends in * is a prefix, here and below
	Action   string
	Object   string
	Newest   bool   // newest first
	After    uint64 // only lines behind this number in the order asked for; 0: all
	Limit    int    // at most so many; 0: all
}

// Match reports whether q selects the line, apart from Limit.
func (q *Query) Match(l *Line) bool {
	if q.After > 0 && (q.Newest && l.N >= q.After || !q.Newest && l.N <= q.After) {
		return false
	}
	return (q.From.IsZero() || !l.At.Before(q.From)) && (q.To.IsZero() || l.At.Before(q.To)) &&
		match(q.Actor, l.Actor) && match(q.Action, l.Action) && match(q.Object, l.Object)
}

func match(pattern, text string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(text, prefix)
	}
	return pattern == "" || pattern == text
}

// Source reads a trail. Implementations are safe for use by many goroutines.
type Source interface {
	// Audit yields the lines that q selects. A yielded error ends the sequence.
	// It costs a scan of the trail. Lines belong to the caller.
	Audit(ctx context.Context, q Query) iter.Seq2[Line, error]

	// AuditSeals returns the seals in order, which belong to the caller.
	AuditSeals(ctx context.Context) ([]Seal, error)
}

// Keeper is a store whose trail can be sealed and shortened.
type Keeper interface {
	Source

	// AddAuditSeals appends seals. The error is Conflict when they do not follow
	// the last one.
	AddAuditSeals(ctx context.Context, seals []Seal) error

	// RemoveAudit removes the lines up to the number to, which a seal must cover
	// as its last, and appends the line that says so, in one transaction. The
	// error is Conflict when no seal ends there.
	RemoveAudit(ctx context.Context, to uint64, line layers.AuditLine) error
}
