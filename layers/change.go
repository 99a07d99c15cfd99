package layers

import "time"

// Op is what a change does.
type Op uint8

// The operations.
const (
	Put    Op = iota + 1 // insert the feature or replace it whole
	Delete               // remove the feature; it stays in history
	Define               // create the layer or replace its definition
)

var opNames = [...]string{"", "put", "delete", "define"}

// String is the name used in streams.
func (o Op) String() string { return nameOf(opNames[:], int(o)) }

// Change is one step of the city's history. In a Batch, Seq and At are zero and
// the store assigns them; in the feed they are set.
type Change struct {
	Seq     uint64    // its number, from 1, without gaps
	At      time.Time // when it was committed
	Op      Op
	Layer   string
	ID      string   // feature id; "" for Define
	Feature *Feature // for Put. In the feed: the feature's latest state, which may be newer than Seq
	Def     *Layer   // for Define

	// IfVersion, when not nil, makes the whole batch fail with Conflict unless
	// the feature's current version equals it; 0 means "must not exist".
	IfVersion *uint64
}

// Record is a small named value that must move together with features: a key, a
// session, an idempotency key, a fence state.
type Record struct {
	Bucket  string    // what kind of record, "keys"
	Key     string    //
	Data    []byte    // nil deletes
	Expires time.Time // zero: never. An expired record is not found

	// IfAbsent makes the whole batch fail with Conflict when the record exists
	// and has not expired.
	IfAbsent bool
}

// AuditLine is one line of the audit trail.
type AuditLine struct {
	At     time.Time
	Actor  string // Subject.ID
	Action string // "events.dispatch"
	Object string // "events/20261121…"
	Detail string // JSON
}

// Batch is applied whole or not at all.
type Batch struct {
	Actor   string // Subject.ID of who changes
	At      time.Time
	Layers  []*Layer // definitions, applied before Changes
	Changes []Change // Put and Delete
	Audit   []AuditLine
	Records []Record
}
