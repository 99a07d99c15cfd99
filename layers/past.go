package layers

import (
	"context"
	"iter"
	"time"

	"github.com/paulmach/orb"
)

// Past asks a store for what a resident copy of its current state cannot answer:
// the versions that were true at an instant and are not current any more.
type Past struct {
	Layer string
	At    time.Time // not zero

	IDs   []string    // only these; nil: all
	Boxes []orb.Bound // without IDs: only versions whose own box meets one of these, borders included; nil: everywhere

	// AfterID and Limit make a page in order of id: only ids greater than AfterID,
	// at most Limit versions. 0: all, in any order.
	AfterID string
	Limit   int

	// Known is the sequence of the state that the caller has. Every feature that
	// changed after it is told to Changed, if that is not nil, before the first
	// version is yielded: its id, and its current version if that is the truth at
	// the instant, nil otherwise. IDs, Boxes, AfterID and Limit do not apply to it.
	Known   uint64
	Changed func(id string, current *Feature)
}

// PastReader is a store that finds old versions without reading all of them.
type PastReader interface {
	// Past yields the versions of a layer's features that were the truth at q.At
	// and are not current, as of one state of the store that is not older than
	// q.Known. Of the versions of a feature that were true then, the one learned
	// last is the truth; a deletion ends the truth of every version before it. A
	// feature is yielded at most once, and never when its current version was the
	// truth then. Features belong to the caller. Access is not applied. Errors:
	// NotFound for an unknown layer, Invalid for a zero instant.
	Past(ctx context.Context, q Past) iter.Seq2[Feature, error]

	// Steady returns the widest interval around an instant in which the truth
	// about a layer does not change: from inclusive, to exclusive, zero for
	// unbounded; no feature and no deletion begins or ends within it. It costs
	// O(versions of the layer): it is for layers of areas.
	Steady(ctx context.Context, layer string, at time.Time) (from, to time.Time, err error)
}

// Step is one change as it was made: the feature before and after it.
type Step struct {
	Change          // Feature is the state that this change made
	Old    *Feature // the state it replaced or deleted, nil if there was none
}

// LogReader is a store that tells every change, none folded into a later one but moves
// of one feature that follow each other (track.Store), of which it may tell the last.
type LogReader interface {
	// Log yields the puts and deletions of some layers with numbers above since, in
	// order, up to the state at the time of the call. Features belong to the caller.
	// Access is not applied. Layers that do not exist have no changes. It costs the
	// lines of the log that are passed, and look-ups of the versions yielded.
	Log(ctx context.Context, since uint64, layers []string) iter.Seq2[Step, error]
}
