package event

import (
	"slices"

	"wutu/layers"
)

// Transition is one row of the table: who may take which step from which states,
// where it leads, what it must be given and what must hold. Transitions are
// immutable; callers must not change the slices.
type Transition struct {
	Step   Step
	From   []State
	To     State // Unreported: the state stays as it is
	Roles  []layers.Role
	Needs  []Need
	Guards []Guard

	// Applies is set in rows by which a department applies for what the supervisor
	// grants with the other row of the step.
	Applies bool
}

// Title is the title of the step, or that one applies for it.
func (t *Transition) Title() layers.Title {
	title := t.Step.Title()
	if t.Applies {
		return layers.Title{ZH: "申请" + title.ZH, EN: "Apply: " + title.EN}
	}
	return title
}

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

// Transitions returns the whole table, for documents and user interfaces. The
// caller owns the slice but not what the rows refer to.
func Transitions() []Transition { return slices.Clone(transitions) }
