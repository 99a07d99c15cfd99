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

// AuditLine is one line of the audit trail: who did what, when, from where, why,
// and what came of it.
type AuditLine struct {
	At      time.Time // zero: when the batch was committed; kept to the microsecond
	Actor   string    // Subject.ID; "": the actor of the batch
	Role    string    // name of the role the actor had
	From    string    // network address the act came from, "" for the program itself
	Action  string    // "events.dispatch", "read.items"
	Object  string    // "events/20261121…", "persons"
	Filter  string    // which features were meant, as it was asked
	Rows    int       // how many features were handed out or changed
	Result  string    // AuditDone, AuditRefused or AuditFailed; "": AuditDone
	Purpose string    // Subject.Purpose
	Detail  string    // JSON, "" for none
}

// Results of an act.
const (
	AuditDone    = "done"
	AuditRefused = "refused" // the subject may not
	AuditFailed  = "failed"  // it could not be done
)

// Batch is applied whole or not at all.
type Batch struct {
	Actor   string // Subject.ID of who changes
	At      time.Time
	Layers  []*Layer // definitions, applied before Changes
	Changes []Change // Put and Delete
	Audit   []AuditLine
	Records []Record
}
