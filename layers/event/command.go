package event

import (
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/worktime"
)

// Command is what somebody asks for. Which inputs a step needs says the table;
// the others are kept when the step has a use for them and left out otherwise.
// Slices belong to the command and are not changed.
type Command struct {
	Step        Step
	Note        string
	Reason      string
	Result      string
	Department  string
	Assists     []string
	Task        string
	Worker      string
	Tier        Tier
	Class       string // file: the corrected class; Env.Class must be that of this code
	Level       string
	Supervision int
	Until       time.Time // zero for none
	Evidence    *Evidence
	Fix         *Fix
	Photos      []string
	Checks      []string
	Found       string
	Report      *Statement
	Reports     []Statement
	Master      string
	Merged      string
	Link        string
	Source      string
	Auto        bool

	any bool // Legal asks: any task will do
}

// Picture is what is known of a picture that a command carries.
type Picture struct {
	ID     string
	At     orb.Point // lon/lat degrees, when Placed
	Placed bool      // the picture says where it was taken
}

// Env is all that a decision depends on beside the case: the functions of this
// package read no clock, no store and no settings of their own.
type Env struct {
	Now      time.Time
	Subject  layers.Subject
	Calendar *worktime.Calendar
	Rules    *Rules
	Class    duty.Class // the class of the case, or the one it is to be filed with
	Edition  string     // of the dictionary the class is from
	Point    orb.Point  // place of the case, lon/lat degrees
	Accuracy float64    // metres, radius of the circle that holds the true place
	Proof    string     // hash of the place proof as it is now, "" for none
	Pictures []Picture  // those of Command.Photos that say where they were taken
	Master   *Case      // merge: the case this one goes into; nil when there is none
}
