package live

import (
	"context"
	"fmt"
	"iter"

	"wutu/layers"
	"wutu/layers/access"
)

// Log yields the changes of some layers with numbers above since, in order, none
// folded into a later one, up to the present view. They come from the store: what
// is kept in memory for listeners sums up what was committed at once. Definitions
// are left out. Access is not applied: see Telling. Errors: those of the store and
// of ctx; Unsupported when the store keeps no log.
func (c *Catalog) Log(ctx context.Context, since uint64, ids []string) iter.Seq2[Delta, error] {
	return func(yield func(Delta, error) bool) {
		last := c.View().seq
		if since >= last {
			return
		}
		store, ok := c.store.(layers.LogReader)
		if !ok {
			yield(Delta{}, &layers.Error{Kind: layers.Unsupported, Op: "changes", Err: fmt.Errorf("the store keeps no log of changes")})
			return
		}
		for s, err := range store.Log(ctx, since, ids) {
			if err != nil {
				yield(Delta{}, err)
				return
			}
			if s.Seq > last || !yield(Delta{Seq: s.Seq, At: s.At, Op: s.Op, Layer: s.Layer, ID: s.ID, Old: s.Old, New: s.Feature}, nil) {
				return
			}
		}
	}
}

// Telling returns what a decision about a layer lets be told of a change: whether
// the state before it was to be seen, and whether the one after it is. Both are
// false when nothing of the change shows, also when only hidden fields differ. It
// is safe for concurrent use.
func (v *View) Telling(d *access.Decision, layer string) func(old, is *layers.Feature) (before, after bool) {
	t, ok := v.tables[layer]
	if !ok {
		return func(_, _ *layers.Feature) (bool, bool) { return false, false }
	}
	admits := v.Admitter(d, layer)
	return func(old, is *layers.Feature) (before, after bool) {
		before, after = old != nil && admits(old), is != nil && admits(is)
		if before && after && !differ(d.Sights, t.layer, old, is) {
			return false, false
		}
		return before, after
	}
}
