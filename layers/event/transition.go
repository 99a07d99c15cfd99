package event

import (
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
)

// Need names what a step must be given beside the case.
type Need string

// The needs. The server refuses a step without them; the page asks for them.
const (
	NeedDepartment Need = "department" // id of the department that is to act
	NeedNote       Need = "note"       // the reason, in words
	NeedResult     Need = "result"     // what was done
	NeedMaster     Need = "master"     // id of the case this one is merged into
)

// Transition is one row of the table: who may take which step from which states,
// and where it leads. Transitions are immutable; callers must not change the
// slices.
type Transition struct {
	Step  Step
	From  []State
	To    State // Unreported: the state stays as it is
	Roles []layers.Role
	Needs []Need
}

// Title is the title of the step.
func (t *Transition) Title() layers.Title { return t.Step.Title() }

// Next is the state that t leads to from s.
func (t *Transition) Next(s State) State {
	if t.To == Unreported {
		return s
	}
	return t.To
}

// allows reports whether role may take t. The program itself may take every
// step: it dispatches by rule, signs for silent departments, archives.
func (t *Transition) allows(role layers.Role) bool {
	return role == layers.System || slices.Contains(t.Roles, role)
}

// The groups of states and roles that the table speaks of.
var (
	undecided = []State{Reported, Verifying, Accepted}
	anyOpen   = []State{Reported, Verifying, Accepted, Filed, Dispatched, Handling, FedBack, Checking, Suspended}
	desk      = []layers.Role{layers.Dispatcher, layers.Supervisor}
	office    = []layers.Role{layers.Department, layers.Dispatcher}
)

// transitions is the life cycle of domain.md section 2. Where its table names
// two persons for one step (the department applies, the supervisor approves),
// the role listed is the one whose word moves the case. The dispatch desk signs
// and feeds back for departments that answer by telephone. A grid worker or
// member of staff who reports on the spot has verified it by that: Confirm leads
// from Reported as well.
var transitions = []Transition{
	{Step: Report, From: []State{Unreported}, To: Reported, Roles: []layers.Role{layers.Public, layers.GridWorker,
		layers.Dispatcher, layers.Supervisor, layers.Planner, layers.Department, layers.Commander, layers.ThemeOwner, layers.API}},
	{Step: Verify, From: []State{Reported}, To: Verifying, Roles: desk},
	{Step: Confirm, From: []State{Reported, Verifying}, To: Accepted, Roles: []layers.Role{layers.Dispatcher, layers.Supervisor, layers.GridWorker}},
	{Step: Refuse, From: []State{Reported, Accepted}, To: Rejected, Roles: desk, Needs: []Need{NeedNote}},
	{Step: Refuse, From: []State{Verifying}, To: Rejected, Roles: []layers.Role{layers.GridWorker, layers.Dispatcher, layers.Supervisor}, Needs: []Need{NeedNote}},
	{Step: Merge, From: undecided, To: Merged, Roles: desk, Needs: []Need{NeedMaster}},
	{Step: File, From: []State{Accepted}, To: Filed, Roles: desk},
	{Step: Dispatch, From: []State{Filed}, To: Dispatched, Roles: desk, Needs: []Need{NeedDepartment}},
	{Step: Sign, From: []State{Dispatched}, To: Handling, Roles: office},
	{Step: Return, From: []State{Dispatched}, To: Filed, Roles: []layers.Role{layers.Department}, Needs: []Need{NeedNote}},
	{Step: Adjudicate, From: []State{Filed}, To: Dispatched, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedDepartment, NeedNote}},
	{Step: Extend, From: []State{Handling}, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}},
	{Step: Suspend, From: []State{Handling}, To: Suspended, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}},
	{Step: Resume, From: []State{Suspended}, To: Handling, Roles: []layers.Role{layers.Supervisor, layers.Department}},
	{Step: Feedback, From: []State{Handling}, To: FedBack, Roles: office, Needs: []Need{NeedResult}},
	{Step: Check, From: []State{FedBack}, To: Checking, Roles: desk},
	{Step: Close, From: []State{Checking}, To: Closed, Roles: desk},
	{Step: Rework, From: []State{Checking}, To: Handling, Roles: desk, Needs: []Need{NeedNote}},
	{Step: Reopen, From: []State{Closed}, To: Handling, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}},
	{Step: Archive, From: []State{Closed}, To: Archived, Roles: []layers.Role{layers.Supervisor}},
	{Step: Supervise, From: anyOpen, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}},
	{Step: Withdraw, From: anyOpen, To: Withdrawn, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}},
}

// Transitions returns the whole table, for documents and user interfaces. The
// caller owns the slice but not what the rows refer to.
func Transitions() []Transition { return slices.Clone(transitions) }

// Legal lists what role may do with a case in state s, in the order of the
// table. It costs O(table).
func Legal(s State, role layers.Role) []Transition {
	var out []Transition
	for _, t := range transitions {
		if slices.Contains(t.From, s) && t.allows(role) {
			out = append(out, t)
		}
	}
	return out
}

// Next returns the row of the table by which role takes step from state s; its
// Next method is the new state. Errors: Forbidden when the role may never take
// the step, or not from this state although others may; *IllegalStep when the
// step does not lead from this state.
func Next(s State, step Step, role layers.Role) (Transition, error) {
	ever, here := false, false
	for _, t := range transitions {
		if t.Step != step {
			continue
		}
		allowed, from := t.allows(role), slices.Contains(t.From, s)
		if allowed && from {
			return t, nil
		}
		ever, here = ever || allowed, here || from
	}
	if !ever || here {
		return Transition{}, &layers.Error{Kind: layers.Forbidden, Op: "event", Field: "step",
			Err: fmt.Errorf("role %s may not %s an event that is %s", role, step, place(s))}
	}
	return Transition{}, &IllegalStep{State: s, Step: step, Role: role, Legal: Legal(s, role)}
}

func place(s State) string {
	if s == Unreported {
		return "not reported"
	}
	return s.String()
}

// IllegalStep says that a step does not lead from the state a case is in. It
// unwraps to an Invalid error; the server answers 422 with the legal steps.
type IllegalStep struct {
	State State
	Step  Step
	Role  layers.Role
	Legal []Transition // what the role may do instead
}

// Error names the state, the step and the legal steps.
func (e *IllegalStep) Error() string {
	var names []string
	for i := range e.Legal {
		names = append(names, e.Legal[i].Step.String())
	}
	instead := "nothing can be done with it in this role"
	if len(names) > 0 {
		instead = "possible are " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("event: cannot %s an event that is %s: %s", e.Step, place(e.State), instead)
}

// Unwrap makes KindOf answer Invalid.
func (e *IllegalStep) Unwrap() error {
	return &layers.Error{Kind: layers.Invalid, Op: "event", Field: "step"}
}
