package event

import (
	"slices"
	"time"

	"wutu/layers"
)

// Case is what a history adds up to: every field follows from the entries taken,
// and from nothing else. Use Replay to make one; a Case of its own is one that is
// not yet reported. A Case is not safe for concurrent use.
type Case struct {
	ID    string
	State State
	Tier  Tier
	Chain []Hop // how the case went between the tiers, oldest first; the first hop is the report

	Class, Edition, Level string
	Proof                 string // hash of the place proof
	Source                string

	Lead    string // id of the department that leads, also before it is dispatched if the report named it
	Tasks   []Task // the lead's first, then those of the assisting departments, of the last dispatch
	Worker  string // account id of who is to verify or check, "" for nobody in particular
	Reports []Statement
	Clocks  []Clock // every clock that ever started, in that order

	Supervision int // level 0 to 3
	Returns     int
	Reworks     int
	Extensions  int
	Reopenings  int
	Pending     *Application // what a department has applied for, nil for nothing

	Finding  string   // what the worker found at the check under way, "" for nothing yet
	Handlers []string // account ids of those who fed back; they do not check
	Master   string   // id of the case this one is merged into
	Merged   []string // ids of the cases merged into this one
	Links    []string // ids of earlier cases of the same thing
	Photos   []Photo  // every picture once, with the step it first came with

	Adjudicated bool // who answers is decided for good
	AutoSigned  bool // signed by the program because a department did not
	Reviewing   bool // the review of the suspension has been called for

	ReportedAt, UpdatedAt, FiledAt, DispatchedAt, SignedAt, FedBackAt, ClosedAt time.Time // zero: not yet

	taken     int       // entries
	reportFix *Fix      // where the reporter stood
	dueAt     time.Time // the end of the handling of a case that came without clocks
}

// Hop is one step between tiers.
type Hop struct {
	Tier  Tier      `json:"tier"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	Note  string    `json:"note,omitempty"`
}

// Photo is a picture and when it came into the case.
type Photo struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Step Step      `json:"step"`
}

// TaskState is how far a department is with its task.
type TaskState string

// The states of tasks.
const (
	Waiting    TaskState = "waiting"
	Signed     TaskState = "signed"
	Done       TaskState = "done"
	TaskReturn TaskState = "returned"
)

// Task is what one department has to do in a case.
type Task struct {
	Department string
	Lead       bool
	State      TaskState
	Worker     string // account id of who does it, "" for nobody in particular
	SentAt     time.Time
	SignedAt   time.Time
	DoneAt     time.Time
	Result     string
	Photos     []string
}

// Application is what a department has asked the supervisor for.
type Application struct {
	Step       Step // Extend or Suspend
	Reason     string
	Note       string
	Until      time.Time // the due time or day of review it asks for
	Department string
	By         string // account id
	At         time.Time
}

// Replay works out the case of the given id from its whole history. It is the
// fold of Take over h and costs O(entries). The error is Invalid when the
// entries do not follow each other.
func Replay(id string, h History) (*Case, error) {
	c := &Case{ID: id}
	for i := range h {
		if err := c.Take(h[i]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Len is the number of entries taken.
func (c *Case) Len() int { return c.taken }

// Task returns the task of a department, "" for the lead; nil when it has none.
// The task belongs to the case.
func (c *Case) Task(department string) *Task {
	i := slices.IndexFunc(c.Tasks, func(t Task) bool {
		return t.Department == department || department == "" && t.Lead
	})
	if i < 0 {
		return nil
	}
	return &c.Tasks[i]
}

// Clock returns the last clock of the name that has not ended; nil for none. task
// is the id of an assisting department, "" for the case itself. The clock belongs
// to the case.
func (c *Case) Clock(name ClockName, task string) *Clock {
	for i := len(c.Clocks) - 1; i >= 0; i-- {
		if k := &c.Clocks[i]; k.Name == name && k.Task == task && k.EndedAt.IsZero() {
			return k
		}
	}
	return nil
}

// Current is the running clock of the case itself that ends first; nil when none
// runs.
func (c *Case) Current() *Clock {
	var first *Clock
	for i := range c.Clocks {
		if k := &c.Clocks[i]; k.Task == "" && k.Running() && (first == nil || k.Due.Before(first.Due)) {
			first = k
		}
	}
	return first
}

// handling is the last handling clock of the case itself, ended or not; nil when
// it was never dispatched.
func (c *Case) handling() *Clock {
	for i := len(c.Clocks) - 1; i >= 0; i-- {
		if k := &c.Clocks[i]; k.Name == HandleClock && k.Task == "" {
			return k
		}
	}
	return nil
}

// DueAt is when the handling must be done, zero before the case is dispatched.
func (c *Case) DueAt() time.Time {
	if k := c.handling(); k != nil {
		return k.Due
	}
	return c.dueAt
}

// reportedBy reports whether the account is one of those that reported the case.
func (c *Case) reportedBy(account string) bool {
	return account != "" && slices.ContainsFunc(c.Reports, func(s Statement) bool { return s.Account == account })
}

// Open reports whether work on the case is still to be done.
func (c *Case) Open() bool { return c.State.Open() }

// Channel is where the case came from first, "" when its history does not say.
func (c *Case) Channel() string {
	if len(c.Reports) == 0 {
		return ""
	}
	return c.Reports[0].Channel
}

// broken names the entry of a history that is at fault.
func broken(n int, message string) error {
	return layers.Invalidf("event", "history", "entry "+itoa(n)+" "+message)
}
