package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// Reads gathers what one request reads of persons, for the audit trail: every
// query of a layer or field that is personal notes itself before its first row.
// Safe for concurrent use.
type Reads struct {
	admit func(*Read) error

	mu   sync.Mutex
	list []*Read
}

// Read is one question about persons.
type Read struct {
	Layer  string
	Filter string       // how it was asked: the filter, ids, "region"
	Rows   atomic.Int64 // read so far; a page reads one more than it holds, to know whether there is a next
}

// maxFilterText bounds what is kept of a question.
const maxFilterText = 2000

type readsKey struct{}

// WithReads returns a context whose queries note themselves in the result. admit
// is asked before each, maybe twice of one: its error keeps the query from being
// answered.
func WithReads(ctx context.Context, admit func(*Read) error) (context.Context, *Reads) {
	r := &Reads{admit: admit}
	return context.WithValue(ctx, readsKey{}, r), r
}

// Noted returns a context whose queries do not note themselves: for drawing what
// NoteRead has noted.
func Noted(ctx context.Context) context.Context {
	return context.WithValue(ctx, readsKey{}, (*Reads)(nil))
}

// List returns what was noted. The caller must not change it.
func (r *Reads) List() []*Read {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// NoteRead notes a question that is answered without a query, from a cache. The
// errors are those of admit.
func NoteRead(ctx context.Context, s *layers.Subject, l *layers.Layer, filter string) error {
	d := access.Decide(s, l)
	_, err := note(ctx, s, l, &d, func() string { return filter })
	return err
}

// note returns the entry of a question about persons, nil when it is none or
// nobody gathers.
func note(ctx context.Context, s *layers.Subject, l *layers.Layer, d *access.Decision, filter func() string) (*Read, error) {
	if !ShowsPersons(s, l, d) {
		return nil, nil
	}
	r, ok := ctx.Value(readsKey{}).(*Reads)
	if !ok || r == nil {
		return nil, nil
	}
	e := r.entry(l.ID, filter())
	return e, r.admit(e)
}

// entry finds or adds a question.
func (r *Reads) entry(layer, filter string) *Read {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.list {
		if e.Layer == layer && e.Filter == filter {
			return e
		}
	}
	e := &Read{Layer: layer, Filter: filter}
	r.list = append(r.list, e)
	return e
}

// ShowsPersons reports whether a decision about s and l lets s read somebody's data
// whole: what NoteRead notes.
func ShowsPersons(s *layers.Subject, l *layers.Layer, d *access.Decision) bool {
	if d.Mode != access.List || s.Role == layers.System {
		return false
	}
	if l.Access == layers.PersonalAccess {
		return true
	}
	for i := range l.Fields {
		if l.Fields[i].Personal && d.Sights.Of(i) == layers.Shown {
			return true
		}
	}
	return false
}

// question describes a query for the audit trail.
func question(q *layers.Query) string {
	var parts []string
	if q.Filter != nil {
		parts = append(parts, cql2.Format(q.Filter))
	}
	if q.IDs != nil {
		parts = append(parts, "ids "+strings.Join(q.IDs[:min(len(q.IDs), 20)], ","))
	}
	for i, b := range q.Boxes {
		if i == 4 {
			parts = append(parts, "and more boxes")
			break
		}
		parts = append(parts, fmt.Sprintf("bbox %.6f,%.6f,%.6f,%.6f", b.Min[0], b.Min[1], b.Max[0], b.Max[1]))
	}
	if r := q.Region; r != nil {
		b := r.Geometry.Bound()
		parts = append(parts, fmt.Sprintf("region within %.6f,%.6f,%.6f,%.6f buffer %gm", b.Min[0], b.Min[1], b.Max[0], b.Max[1], r.BufferM))
	}
	if !q.At.IsZero() {
		parts = append(parts, "as of "+q.At.UTC().Format("2006-01-02T15:04:05Z"))
	}
	text := strings.Join(parts, "; ")
	return strings.ToValidUTF8(text[:min(len(text), maxFilterText)], "")
}

// count adds a row that is handed out.
func (r *Read) count() {
	if r != nil {
		r.Rows.Add(1)
	}
}
