package event

import (
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
)

// Assume makes the entry with which the history of a feature begins that came
// without one, as imported data does: a report by the program that leads straight
// to the state the feature is in, with the instants and the department it tells.
// rules says which tier has it when it does not; nil: the standard rules. Columns
// of the case made of it keep the feature's values. The error is Invalid when the
// feature has no state of States; a feature without the field is Reported.
func Assume(l *layers.Layer, f *layers.Feature, rules *Rules) (Entry, error) {
	get := func(name string) layers.Value {
		if i := l.FieldIndex(name); i >= 0 && i < len(f.Values) {
			return f.Value(i)
		}
		return layers.Value{}
	}
	e := Entry{Step: Report, To: Reported, Actor: layers.SystemSubject().ID, Role: layers.System.String(), Auto: true,
		Class: get(model.Class).Str(), Level: get(model.Level).Str(), Department: get(model.Department).Str(), Source: get(model.SourceRef).Str()}
	if s := get(model.State).Str(); s != "" {
		var err error
		if e.To, err = ParseState(s); err != nil {
			return Entry{}, err
		}
	}
	var err error
	if e.Tier, err = ParseTier(get(model.Tier).Str()); err != nil {
		return Entry{}, err
	}
	if e.Tier == 0 && rules != nil {
		e.Tier = rules.StartTier
	} else if e.Tier == 0 {
		e.Tier = DefaultRules().StartTier
	}
	reported := get(model.ReportedAt).Time()
	for _, t := range []time.Time{get(model.UpdatedAt).Time(), reported, f.ValidFrom} {
		if e.At.IsZero() {
			e.At = t
		}
	}
	if e.At.IsZero() {
		e.At = time.Unix(0, 0).UTC() // nothing says when; JSON cannot hold the zero time of a feature
	}
	s := &Statement{ID: "r1", At: reported, Channel: get(model.Channel).Str(), Text: get(model.Description).Str(), Accuracy: get(model.Accuracy).Float()}
	if p, ok := f.Shape.(orb.Point); ok {
		s.Lon, s.Lat = p[0], p[1]
	}
	e.Report = s
	for _, name := range assumedInstants {
		if t := get(name).Time(); !t.IsZero() {
			if e.Assumed == nil {
				e.Assumed = map[string]time.Time{}
			}
			e.Assumed[name] = t
		}
	}
	e.Clocks = assumedClock(&e)
	return e, nil
}

// assumedClock is the handling clock of a case whose department works already; it
// counts all time, as nobody says how its end was worked out.
func assumedClock(e *Entry) []Start {
	from, due := assumedStart(e), e.Assumed[model.DueAt]
	if e.To != Dispatched && e.To != Handling || !due.After(from) {
		return nil
	}
	limit := due.Sub(from)
	return []Start{{Name: HandleClock, Due: due, Warn: from.Add(limit / 5 * 4), Limit: limit.Milliseconds()}}
}

// assumedStart is when the handling of a case began, as far as it tells.
func assumedStart(e *Entry) time.Time {
	for _, name := range []string{model.DispatchedAt, model.FiledAt, model.ReportedAt} {
		if t := e.Assumed[name]; !t.IsZero() {
			return t
		}
	}
	return e.At
}

// assumedInstants are the columns that Assume keeps as they are.
var assumedInstants = []string{model.ReportedAt, model.FiledAt, model.DispatchedAt, model.SignedAt, model.FedBackAt, model.ClosedAt, model.DueAt}
