package event

import (
	"errors"
	"fmt"
	"strings"

	"wutu/layers"
)

func place(s State) string {
	if s == Unreported {
		return "not reported"
	}
	return s.String()
}

// IllegalStep says that a step does not lead from the state a case is in, or
// that a standing guard forbids it. It unwraps to an Invalid error; the server
// answers 422 with the legal steps.
type IllegalStep struct {
	State State
	Step  Step
	Role  layers.Role
	Guard Guard        // what failed; 0 when the state does not allow the step at all
	Legal []Transition // what the subject may do instead
}

// Error names the state, the step, the guard and the legal steps.
func (e *IllegalStep) Error() string {
	var names []string
	for i := range e.Legal {
		names = append(names, e.Legal[i].Step.String())
	}
	instead := "nothing can be done with it in this role"
	if len(names) > 0 {
		instead = "possible are " + strings.Join(names, ", ")
	}
	why := ""
	if e.Guard != 0 {
		why = e.Guard.Title().EN + "; "
	}
	return fmt.Sprintf("event: cannot %s an event that is %s: %s%s", e.Step, place(e.State), why, instead)
}

// Unwrap makes KindOf answer Invalid.
func (e *IllegalStep) Unwrap() error {
	return &layers.Error{Kind: layers.Invalid, Op: "event", Field: "step"}
}

// Unmet says that a legal step was asked for with input that a guard refuses. It
// unwraps to an Invalid error with the input's JSON pointer.
type Unmet struct {
	Step  Step
	Guard Guard
}

// Error names the input and what is wrong with it.
func (e *Unmet) Error() string { return e.Unwrap().Error() }

// Unwrap makes KindOf answer Invalid.
func (e *Unmet) Unwrap() error {
	return &layers.Error{Kind: layers.Invalid, Op: "event", Field: "/" + e.Guard.Field(), Err: errors.New(e.Guard.Title().EN)}
}
