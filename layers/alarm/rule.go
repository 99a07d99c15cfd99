package alarm

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/model"
)

// Side is the side of the limit on which readings are alarming.
type Side string

// The sides.
const (
	Above Side = "above" // at the limit and above it
	Below Side = "below" // at the limit and below it
)

// Rule says which readings of which devices are an alarm. It is data: stored as
// JSON, edited while the city is served.
type Rule struct {
	ID       string       `json:"id"`
	Title    layers.Title `json:"title"`
	Kind     string       `json:"kind"`               // of device, a value of the field "kind"
	Property string       `json:"property,omitempty"` // "" is the value that the layer shows
	Devices  []string     `json:"devices,omitempty"`  // only these; nil: all of the kind
	Side     Side         `json:"side"`
	Raise    float64      `json:"raise"`           // the limit, inclusive
	Clear    float64      `json:"clear"`           // the reset level: over when a reading has passed it
	ForS     float64      `json:"for_s,omitempty"` // seconds for which all readings must be alarming
	Class    string       `json:"class"`           // of the case it becomes
	Level    string       `json:"level,omitempty"` // normal, urgent or major; "": normal
	Off      bool         `json:"off,omitempty"`
}

// Limits of rules.
const (
	maxTitle   = 100
	maxDevices = 10_000
	maxForS    = 30 * 24 * 3600
)

// Check reports the first part that cannot be. The error is Invalid and names the
// member with a JSON pointer.
func (r *Rule) Check() error {
	fail := func(at, format string, args ...any) error {
		return layers.Invalidf("alarm", at, fmt.Sprintf(format, args...))
	}
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	switch {
	case r.ID == "" || len(r.ID) > 60 || strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		return fail("/id", "%.80q is not a name of small letters, digits, _ and -", r.ID)
	case r.Title.ZH == "" || utf8.RuneCountInString(r.Title.ZH) > maxTitle || utf8.RuneCountInString(r.Title.EN) > maxTitle:
		return fail("/title", "a Chinese title of at most %d characters is required", maxTitle)
	case !isKind(r.Kind):
		return fail("/kind", "%.40q is no kind of device", r.Kind)
	case len(r.Property) > 60:
		return fail("/property", "is longer than 60 bytes")
	case len(r.Devices) > maxDevices:
		return fail("/devices", "%d are more than %d", len(r.Devices), maxDevices)
	case r.Side != Above && r.Side != Below:
		return fail("/side", "%.20q is neither above nor below", r.Side)
	case !finite(r.Raise):
		return fail("/raise", "is not a number")
	case !finite(r.Clear):
		return fail("/clear", "is not a number")
	case r.Side == Above && r.Clear > r.Raise, r.Side == Below && r.Clear < r.Raise:
		return fail("/clear", "%v lies on the alarming side of %v", r.Clear, r.Raise)
	case !(r.ForS >= 0 && r.ForS <= maxForS):
		return fail("/for_s", "%v is not between 0 and %d seconds", r.ForS, maxForS)
	case r.Level != "" && !slices.ContainsFunc(model.EventLevels(), func(c layers.Code) bool { return c.Value == r.Level }):
		return fail("/level", "%.20q is no level", r.Level)
	}
	if _, ok := duty.ClassOf(r.Class); !ok {
		return fail("/class", "%.40q is no class of the dictionary", r.Class)
	}
	return nil
}

// isKind reports whether the standard layer of devices has the kind.
func isKind(kind string) bool {
	l := model.Lookup(model.Devices)
	f := &l.Fields[l.FieldIndex(model.Kind)]
	return slices.ContainsFunc(f.Codes, func(c layers.Code) bool { return c.Value == kind })
}

// Concerns reports whether the rule looks at a property of a device of a kind.
func (r *Rule) Concerns(kind, device, property string) bool {
	return !r.Off && r.Kind == kind && r.Property == property && (len(r.Devices) == 0 || slices.Contains(r.Devices, device))
}

// For is how long readings must be alarming.
func (r *Rule) For() time.Duration { return time.Duration(r.ForS * float64(time.Second)) }

// alarming reports whether a reading is on the alarming side, the limit included.
func (r *Rule) alarming(v float64) bool {
	if r.Side == Below {
		return v <= r.Raise
	}
	return v >= r.Raise
}

// over reports whether a reading has passed the reset level.
func (r *Rule) over(v float64) bool {
	if r.Side == Below {
		return v > r.Clear
	}
	return v < r.Clear
}

// Defaults are the rules of a city that has set none: limits of the synthetic
// city's devices, which are its own and nobody's standard.
func Defaults() []Rule {
	title := func(zh, en string) layers.Title { return layers.Title{ZH: zh, EN: en} }
	return []Rule{
		{ID: "air", Title: title("颗粒物超标", "Particles over the limit"), Kind: "air", Side: Above, Raise: 150, Clear: 100, ForS: 3600, Class: "0301"},
		{ID: "manhole", Title: title("井盖倾斜", "Manhole cover tilted"), Kind: "manhole", Side: Above, Raise: 15, Clear: 5, Class: "1101", Level: "urgent"},
		{ID: "noise", Title: title("噪声超标", "Noise over the limit"), Kind: "noise", Side: Above, Raise: 75, Clear: 65, ForS: 600, Class: "0107"},
		{ID: "rain", Title: title("短时强降雨", "Heavy rain"), Kind: "rain", Side: Above, Raise: 16, Clear: 8, ForS: 600, Class: "0404", Level: "urgent"},
		{ID: "smoke", Title: title("烟雾报警", "Smoke"), Kind: "smoke", Side: Above, Raise: 1.5, Clear: 0.5, Class: "0602", Level: "major"},
		{ID: "water_level", Title: title("水位超警戒", "Water level over the warning level"), Kind: "water_level", Side: Above, Raise: 44.5, Clear: 44, Class: "0404", Level: "urgent"},
	}
}
