package event

import "time"

// Entry is one line of a case's history: who did what, when, and what came of
// it. Entries are never changed. It records whatever later entries depend on, due
// times included, so that Replay needs nothing beside the entries.
type Entry struct {
	Seq   int       `json:"seq"` // 1 for the report, growing by one
	At    time.Time `json:"at"`
	Step  Step      `json:"step"`
	From  State     `json:"from"` // "" for the report
	To    State     `json:"to"`
	Actor string    `json:"actor"` // subject id
	Role  string    `json:"role"`
	Auto  bool      `json:"auto,omitempty"` // taken by the program when its time had come

	// Applies is set when a department applies for the step and the supervisor has
	// yet to grant it.
	Applies bool `json:"applies,omitempty"`

	Note       string   `json:"note,omitempty"`
	Reason     string   `json:"reason,omitempty"` // coded, see Reasons
	Result     string   `json:"result,omitempty"`
	Department string   `json:"department,omitempty"` // id of the department that leads from here
	Assists    []string `json:"assists,omitempty"`    // ids of the departments that assist
	Task       string   `json:"task,omitempty"`       // id of the department whose task the step concerns, "" for the lead
	Worker     string   `json:"worker,omitempty"`     // account id of who is to verify, check or handle

	Tier        Tier   `json:"tier,omitzero"`         // report, escalate, delegate: who has the case from here
	Class       string `json:"class,omitempty"`       // report, file: four digits
	Edition     string `json:"edition,omitempty"`     // of the dictionary the class is from
	Level       string `json:"level,omitempty"`       // normal, urgent or major
	Supervision int    `json:"supervision,omitempty"` // supervise: the level from here

	Clocks []Start    `json:"clocks,omitempty"` // the clocks that start or go on, with their due times
	Until  *time.Time `json:"until,omitempty"`  // extend: the new due time; suspend: the day of review

	Evidence *Evidence `json:"evidence,omitempty"` // return: why it belongs to somebody else
	Fix      *Fix      `json:"fix,omitempty"`      // where the actor stood
	Photos   []string  `json:"photos,omitempty"`   // ids of pictures
	Checks   []string  `json:"checks,omitempty"`   // feedback: closing criteria that are met
	Found    string    `json:"found,omitempty"`    // check: Solved or Unsolved

	Report  *Statement  `json:"report,omitempty"`  // report, supplement
	Reports []Statement `json:"reports,omitempty"` // supplement: those that came with a merged case
	Master  string      `json:"master,omitempty"`  // merge: id of the case this one goes into
	Merged  string      `json:"merged,omitempty"`  // supplement: id of the case that was merged into this one
	Link    string      `json:"link,omitempty"`    // report, supplement, reopen: id of an earlier case of the same thing
	Proof   string      `json:"proof,omitempty"`   // hash of the place proof
	Source  string      `json:"source,omitempty"`  // number of the case in the system it came from

	// Assumed are the instants of a case that came without a history, by column;
	// see Assume.
	Assumed map[string]time.Time `json:"assumed,omitempty"`
}

// Start is a clock that an entry starts, or gives a new end.
type Start struct {
	Name  ClockName `json:"name"`
	Task  string    `json:"task,omitempty"` // id of an assisting department, "" for the case itself
	Due   time.Time `json:"due"`
	Warn  time.Time `json:"warn"`           // when the warning share of the limit is used
	Limit int64     `json:"limit_ms"`       // milliseconds of the unit from start to end, over all its runs
	Unit  string    `json:"unit,omitempty"` // UnitName; "" for all time
}

// Evidence is what a department that returns a case brings against the proof of
// place.
type Evidence struct {
	Kind string `json:"kind"` // area, object or rule
	Ref  string `json:"ref"`  // code of the area, layer/id of the object, name of the rule
	Note string `json:"note,omitempty"`
}

// Fix is where the actor of a step stood.
type Fix struct {
	Lon      float64    `json:"lon"`
	Lat      float64    `json:"lat"`
	Accuracy float64    `json:"accuracy,omitempty"`   // metres
	Distance float64    `json:"distance_m,omitempty"` // metres from the place of the case
	At       *time.Time `json:"at,omitempty"`         // when it was taken, if not with the step
}

// Statement is what somebody said about the case, one report of it. Names and telephone numbers do
// not belong into it: they are fields of the feature, where access is decided.
type Statement struct {
	ID       string    `json:"id"` // r1, r2 …, in the order in which they came to the case; Decide gives it
	At       time.Time `json:"at"`
	Channel  string    `json:"channel,omitempty"`
	Text     string    `json:"text,omitempty"`
	Reporter string    `json:"reporter,omitempty"` // reference of the reporter in the channel's own system, no name
	Account  string    `json:"account,omitempty"`  // id of the account that reported: it is kept informed
	Photos   []string  `json:"photos,omitempty"`
	Lon      float64   `json:"lon,omitempty"`
	Lat      float64   `json:"lat,omitempty"`
	Accuracy float64   `json:"accuracy,omitempty"` // metres
}

// What a worker who checks can find.
const (
	Solved   = "solved"
	Unsolved = "unsolved"
)
