package layers

import "context"

// Trace is what a store can tell quickly about the features of one layer, so that
// what other programs wrote past the change log is noticed.
type Trace struct {
	Rows    int      `json:"rows"`    // features, however they came
	Last    int64    `json:"last"`    // largest row number in use, 0 for none
	Strange int      `json:"strange"` // rows behind the Last of the trace before that no logged change made
	Marks   [2]int64 `json:"marks"`   // number and last position of the marks that foreign changes left
}

// Follows reports whether t, taken with before, can have come from it by logged
// changes alone. Rows are not compared: only who follows the log knows how many
// there should be.
func (t Trace) Follows(before Trace) bool { return t.Marks == before.Marks && t.Strange == 0 }

// Tracer is a Store whose data other programs can write into.
type Tracer interface {
	// Traces returns the sequence of the state that is looked at and the trace of
	// every layer. before, which may be nil, are earlier traces. It costs a count of
	// the rows and a look at those that were added since before.
	Traces(ctx context.Context, before map[string]Trace) (seq uint64, traces map[string]Trace, err error)

	// Lines returns how many changes behind since the log holds: fewer than numbers
	// were given out, where it has dropped moves that later ones replaced. It costs a
	// look at each.
	Lines(ctx context.Context, since uint64) (int, error)
}
