package event

import (
	"fmt"
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

	// narrow rows speak of facts of a case beyond its state; the functions on
	// state and role alone leave them out.
	narrow bool
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

// Legal lists what role may do with a case in state s, in the order of the
// table. It costs O(table).
func Legal(s State, role layers.Role) []Transition {
	var out []Transition
	for _, t := range transitions {
		if slices.Contains(t.From, s) && t.allows(role) && !t.narrow {
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
		if t.Step != step || t.narrow {
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
