package usage

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Recorder is a request's context that takes down what handlers report. It is
// one allocation, and lives as long as the request.
type Recorder struct {
	context.Context
	Route string // declared method and path
	Query string // declared names of the parameters given, with a comma between

	layer atomic.Pointer[string]
	rows  atomic.Int64
}

// recorderKey finds the Recorder in a context.
type recorderKey struct{}

// Value returns the Recorder itself for its key.
func (r *Recorder) Value(key any) any {
	if _, ok := key.(recorderKey); ok {
		return r
	}
	return r.Context.Value(key)
}

// Record returns a context for a request on a declared route.
func Record(ctx context.Context, route, query string) *Recorder {
	return &Recorder{Context: ctx, Route: route, Query: query}
}

// Of returns the Recorder of a request's context, or nil.
func Of(ctx context.Context) *Recorder {
	r, _ := ctx.Value(recorderKey{}).(*Recorder)
	return r
}

// Rows adds n to the rows that the request's answer holds: features listed,
// cells or groups counted. It does nothing outside a counted request. Safe for
// concurrent use.
func Rows(ctx context.Context, n int) {
	if r := Of(ctx); r != nil && n > 0 {
		r.rows.Add(int64(n))
	}
}

// Layers names the layers the request asks about, which must be layers the city
// has; the order does not matter. It does nothing outside a counted request. The
// list is not kept. Safe for concurrent use.
func Layers(ctx context.Context, ids ...string) {
	r := Of(ctx)
	if r == nil || len(ids) == 0 {
		return
	}
	label := ids[0]
	if len(ids) > 1 {
		sorted := slices.Clone(ids)
		slices.Sort(sorted)
		label = strings.Join(slices.Compact(sorted), ",")
	}
	r.layer.Store(&label)
}

// Entry is what the Recorder knows; the caller adds who asked and what was
// answered.
func (r *Recorder) Entry(at time.Time) Entry {
	e := Entry{At: at, Route: r.Route, Query: r.Query, Rows: r.rows.Load()}
	if l := r.layer.Load(); l != nil {
		e.Layer = *l
	}
	return e
}
