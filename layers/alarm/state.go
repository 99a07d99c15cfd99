package alarm

import "time"

// Phase is where a rule stands with a device.
type Phase string

// The phases. The zero value is Quiet.
const (
	Quiet   Phase = ""
	Waiting Phase = "waiting" // readings are alarming, not long enough yet
	Raising Phase = "raising" // long enough: the case is being made
	Raised  Phase = "raised"  // there is a case
)

// State is where a rule stands with a device. The zero value is quiet. It is
// stored as JSON.
type State struct {
	Phase Phase     `json:"phase,omitempty"`
	Since time.Time `json:"since,omitzero"`  // first alarming reading of this alarm
	At    time.Time `json:"at,omitzero"`     // the reading that raised it
	Value float64   `json:"value,omitempty"` // that reading
	Case  string    `json:"case,omitempty"`  // id of the case, while Raised
}

// Turn is what a reading brings about.
type Turn uint8

// The turns.
const (
	Nothing Turn = iota
	Raise        // an alarm has begun
	Clear        // it is over
)

// Next is the state after a reading, which must be later than those before it, and
// what it brings about. A state that is Raising counts as raised, and can be
// cleared: the case must be made before the next reading is taken.
func (r *Rule) Next(s State, at time.Time, value float64) (State, Turn) {
	switch s.Phase {
	case Raising, Raised:
		if r.over(value) {
			return State{}, Clear
		}
		return s, Nothing
	case Quiet, Waiting:
	}
	if !r.alarming(value) {
		return State{}, Nothing
	}
	if s.Phase != Waiting {
		s = State{Phase: Waiting, Since: at}
	}
	if at.Sub(s.Since) < r.For() {
		return s, Nothing
	}
	s.Phase, s.At, s.Value = Raising, at, value
	return s, Raise
}

// Memory is what is kept of a device: the last readings, by property, and where
// each rule stands. It is stored as JSON, with its maps in order of key.
type Memory struct {
	Last  map[string]time.Time `json:"last,omitempty"`  // property → time of the last reading taken
	Rules map[string]State     `json:"rules,omitempty"` // rule id → state; quiet ones are left out
}

// Event is a turn of a rule.
type Event struct {
	Rule  *Rule
	Turn  Turn
	At    time.Time
	Value float64
	Was   State // before a Clear
}

// Take takes a reading of a device's property into the memory, by the rules that
// concern it, in their order. It reports false, and changes nothing, for one that
// is not later than the last.
func (m *Memory) Take(rules []*Rule, property string, at time.Time, value float64) (turns []Event, taken bool) {
	if last, ok := m.Last[property]; ok && !at.After(last) {
		return nil, false
	}
	if m.Last == nil {
		m.Last = make(map[string]time.Time)
	}
	m.Last[property] = at
	for _, r := range rules {
		was := m.Rules[r.ID]
		next, turn := r.Next(was, at, value)
		m.Set(r.ID, next)
		if turn != Nothing {
			turns = append(turns, Event{Rule: r, Turn: turn, At: at, Value: value, Was: was})
		}
	}
	return turns, true
}

// Set puts a rule into a state.
func (m *Memory) Set(rule string, s State) {
	if s.Phase == Quiet {
		delete(m.Rules, rule)
		return
	}
	if m.Rules == nil {
		m.Rules = make(map[string]State)
	}
	m.Rules[rule] = s
}

// Raising reports whether the case of some alarm is being made.
func (m *Memory) Raising() bool {
	for _, s := range m.Rules {
		if s.Phase == Raising {
			return true
		}
	}
	return false
}

// Alarmed reports whether some rule has raised an alarm that is not over.
func (m *Memory) Alarmed() bool {
	for _, s := range m.Rules {
		if s.Phase == Raising || s.Phase == Raised {
			return true
		}
	}
	return false
}
