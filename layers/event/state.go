package event

import (
	"encoding"
	"fmt"

	"wutu/layers"
)

// State is where a case stands in its life cycle. The zero State is "not yet
// reported"; it is never stored.
type State uint8

// The states, in the order of the life cycle.
const (
	Unreported State = iota
	Reported         // 待受理
	Verifying        // 待核实
	Accepted         // 已受理待立案
	Filed            // 已立案待派遣
	Dispatched       // 已派遣待签收
	Handling         // 处置中
	FedBack          // 已反馈待核查
	Checking         // 核查中
	Closed           // 已结案
	Archived         // 已归档评价
	Rejected         // 不予受理/不予立案
	Merged           // 并案
	Withdrawn        // 撤诉/作废
	Suspended        // 挂账: open, its clock stands still
)

// stateFacts says of each state its name, its titles and whether the case is
// still open.
var stateFacts = [...]struct {
	name   string
	zh, en string
	open   bool
}{
	Unreported: {},
	Reported:   {"reported", "待受理", "Reported", true},
	Verifying:  {"verifying", "待核实", "Verifying", true},
	Accepted:   {"accepted", "已受理待立案", "Accepted", true},
	Filed:      {"filed", "已立案待派遣", "Filed", true},
	Dispatched: {"dispatched", "已派遣待签收", "Dispatched", true},
	Handling:   {"handling", "处置中", "Handling", true},
	FedBack:    {"fed_back", "已反馈待核查", "Fed back", true},
	Checking:   {"checking", "核查中", "Checking", true},
	Closed:     {"closed", "已结案", "Closed", false},
	Archived:   {"archived", "已归档", "Archived", false},
	Rejected:   {"rejected", "不予受理", "Rejected", false},
	Merged:     {"merged", "并案", "Merged", false},
	Withdrawn:  {"withdrawn", "已撤销", "Withdrawn", false},
	Suspended:  {"suspended", "挂账", "Suspended", true},
}

var (
	_ encoding.TextMarshaler   = Reported
	_ encoding.TextUnmarshaler = (*State)(nil)
)

// States lists the states a stored case can be in, in the order of the life
// cycle. The caller owns the slice.
func States() []State {
	out := make([]State, 0, len(stateFacts)-1)
	for s := Reported; int(s) < len(stateFacts); s++ {
		out = append(out, s)
	}
	return out
}

// String is the name used in documents and in the field "state"; "" for
// Unreported.
func (s State) String() string {
	if int(s) < len(stateFacts) {
		return stateFacts[s].name
	}
	return fmt.Sprintf("invalid(%d)", uint8(s))
}

// Title is the name people see.
func (s State) Title() layers.Title {
	if int(s) >= len(stateFacts) {
		return layers.Title{}
	}
	return layers.Title{ZH: stateFacts[s].zh, EN: stateFacts[s].en}
}

// Open reports whether work on the case is still to be done. A suspended case is
// open, although its clock stands still.
func (s State) Open() bool { return int(s) < len(stateFacts) && stateFacts[s].open }

// ParseState is the inverse of String for the states of States. The error is
// Invalid.
func ParseState(name string) (State, error) {
	for _, s := range States() {
		if stateFacts[s].name == name {
			return s, nil
		}
	}
	return 0, layers.Invalidf("event", "state", fmt.Sprintf("%.40q is no state of an event", name))
}

// MarshalText is String, so that JSON holds names.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseState; "" is Unreported.
func (s *State) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*s = Unreported
		return nil
	}
	p, err := ParseState(string(b))
	if err == nil {
		*s = p
	}
	return err
}
