package layers

import "context"

// Trace is what a store can tell quickly about the features of one layer, so that
// what other programs wrote past the change log is noticed.
type Trace struct {
	Rows    int      `json:"rows"`    // features, however they came
	Last    int64    `json:"last"`    // largest row number in use, 0 for none
	Logged  int64    `json:"logged"`  // largest row number that the changes asked about name, 0 for none
	Foreign [2]int64 `json:"foreign"` // number and last position of the marks that foreign changes left
}

// Follows reports whether t can have come from before by logged changes alone: no
// marks were added and no row lies beyond those known before and those logged. Rows
// are not compared: only who follows the log knows how many there should be.
func (t Trace) Follows(before Trace) bool {
	return t.Foreign == before.Foreign && t.Last <= max(before.Last, t.Logged)
}

// Tracer is a Store whose data other programs can write into.
type Tracer interface {
	// Traces returns the trace of every layer, Logged being about the changes with
	// numbers above since, and the sequence of the state that was looked at. It costs
	// a count of the rows and a look at the log's lines behind since.
	Traces(ctx context.Context, since uint64) (seq uint64, traces map[string]Trace, err error)
}
