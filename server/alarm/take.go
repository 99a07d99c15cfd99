package alarm

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/alarm"
	"wutu/layers/live"
	"wutu/layers/model"
)

// Reading is one observation of a device.
type Reading struct {
	Device   string
	Property string // "": the value that the layer shows
	At       time.Time
	Value    float64
}

// Raised is an alarm that has become a case.
type Raised struct {
	Device string    `json:"device"`
	Rule   string    `json:"rule"`
	At     time.Time `json:"at"`
	Event  string    `json:"event,omitempty"`
	Over   bool      `json:"over,omitempty"` // it has ended; the case goes on
}

// Outcome is what came of readings.
type Outcome struct {
	Taken  int      `json:"taken"`
	Late   int      `json:"late"` // not later than what was taken before: nothing happened
	Alarms []Raised `json:"alarms"`
}

// add adds alarms that are not told of yet: one whose case could not be stored is
// raised again.
func (out *Outcome) add(alarms []Raised) {
	for _, a := range alarms {
		if !slices.Contains(out.Alarms, a) {
			out.Alarms = append(out.Alarms, a)
		}
	}
}

// shownStates are the values of a device's state.
const (
	stateOnline = "online"
	stateAlarm  = "alarm"
)

// maxTries bounds how often somebody else may change the same devices first.
const maxTries = 20

// Take takes readings of devices that exist, in any order, for a subject; it
// writes as the program itself. An alarm that begins and ends within them becomes a
// case as any other. Errors are those of the store, with the outcome so far; the
// same readings can be given again.
func (o *Office) Take(ctx context.Context, s *layers.Subject, readings []Reading) (Outcome, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := Outcome{Alarms: []Raised{}}
	rules, err := o.rules(ctx)
	if err != nil {
		return out, err
	}
	readings = slices.Clone(readings)
	slices.SortStableFunc(readings, func(a, b Reading) int { return a.At.Compare(b.At) })
	byDevice := map[string][]Reading{}
	var devices []string
	for _, r := range readings {
		if byDevice[r.Device] == nil {
			devices = append(devices, r.Device)
		}
		byDevice[r.Device] = append(byDevice[r.Device], r)
	}
	slices.Sort(devices)
	for len(devices) > 0 {
		left, err := o.round(ctx, s, devices, byDevice, rules, &out)
		if err != nil {
			return out, err
		}
		byDevice, devices = left, slices.Sorted(maps.Keys(left))
	}
	return out, ctx.Err()
}

// round takes readings of devices, of each up to the first that raises an alarm,
// reports the alarms, and returns the readings that are left, nil when there are
// none. What an earlier round took stays taken when a later one fails.
func (o *Office) round(ctx context.Context, s *layers.Subject, devices []string, byDevice map[string][]Reading, rules []alarm.Rule, out *Outcome) (map[string][]Reading, error) {
	if err := o.finish(ctx, devices, rules, out); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		p, err := o.prepare(ctx, s, devices, byDevice, rules)
		if err != nil {
			return nil, err
		}
		_, err = o.o.City.Apply(ctx, p.batch)
		if err == nil {
			out.Taken += p.taken
			out.Late += p.late
			return p.left, o.follow(ctx, p.turns, rules, out)
		}
		if layers.KindOf(err) != layers.Conflict || try == maxTries {
			return nil, err
		}
	}
}

// finish reports what is still being raised at devices: a reading taken before that
// could end an alarm that nobody has heard of.
func (o *Office) finish(ctx context.Context, devices []string, rules []alarm.Rule, out *Outcome) error {
	for _, id := range devices {
		raised, err := o.raise(ctx, id, rules)
		out.add(raised)
		if err != nil {
			return err
		}
	}
	return nil
}

// turned is a turn of a rule at a device.
type turned struct {
	device string
	event  alarm.Event
}

// prepared is what readings come to before it is stored.
type prepared struct {
	batch       layers.Batch
	taken, late int
	turns       []turned
	left        map[string][]Reading // by device: those after one that raises an alarm
}

// prepare works out what readings come to, from what is stored. The readings after
// one that raises an alarm are left: they could end it before it is a case.
func (o *Office) prepare(ctx context.Context, s *layers.Subject, devices []string, byDevice map[string][]Reading, rules []alarm.Rule) (*prepared, error) {
	p := &prepared{batch: layers.Batch{Actor: s.ID, At: o.o.Now().UTC()}}
	v := o.o.City.View()
	l, ok := v.Layer(model.Devices)
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "alarm", Layer: model.Devices, Err: fmt.Errorf("the city has no devices")}
	}
	for _, id := range devices {
		d, err := o.device(ctx, v, l, id)
		if err != nil {
			return nil, err
		}
		if d.memory, err = o.memory(ctx, id); err != nil {
			return nil, err
		}
		if p.take(d, id, byDevice[id], rules) == 0 {
			continue
		}
		record, err := remember(id, d.memory)
		if err != nil {
			return nil, err
		}
		p.batch.Records = append(p.batch.Records, record)
		if change, changed := d.change(); changed {
			p.batch.Changes = append(p.batch.Changes, change)
		}
	}
	return p, nil
}

// take takes a device's readings, in order of time, into its memory, up to the
// first that raises an alarm, and returns how many were taken.
func (p *prepared) take(d *device, id string, readings []Reading, rules []alarm.Rule) int {
	n := 0
	for i, r := range readings {
		events, fresh := d.memory.Take(concerned(rules, d.kind, id, r.Property), r.Property, r.At, r.Value)
		if !fresh {
			p.late++
			continue
		}
		n++
		for _, e := range events {
			p.turns = append(p.turns, turned{id, e})
		}
		if r.Property == "" {
			d.show(r.Value, r.At)
		}
		if rest := readings[i+1:]; len(rest) > 0 && slices.ContainsFunc(events, func(e alarm.Event) bool { return e.Turn == alarm.Raise }) {
			if p.left == nil {
				p.left = make(map[string][]Reading)
			}
			p.left[id] = rest
			break
		}
	}
	p.taken += n
	return n
}

// concerned are the rules that look at a property of a device.
func concerned(rules []alarm.Rule, kind, device, property string) []*alarm.Rule {
	var out []*alarm.Rule
	for i := range rules {
		if rules[i].Concerns(kind, device, property) {
			out = append(out, &rules[i])
		}
	}
	return out
}

// device is a device while readings of it are taken.
type device struct {
	layer   *layers.Layer
	feature layers.Feature
	kind    string
	memory  *alarm.Memory
	shown   bool // its value has changed
}

func (o *Office) device(ctx context.Context, v *live.View, l *layers.Layer, id string) (*device, error) {
	system := layers.SystemSubject()
	f, err := v.Get(ctx, &system, l.ID, id)
	if err != nil {
		return nil, err
	}
	d := &device{layer: l, feature: f}
	d.feature.Values = slices.Clone(f.Values)
	for len(d.feature.Values) < len(l.Fields) {
		d.feature.Values = append(d.feature.Values, layers.Value{})
	}
	d.kind = d.text(model.Kind)
	return d, nil
}

func (d *device) value(name string) layers.Value {
	i := d.layer.FieldIndex(name)
	if i < 0 {
		return layers.Value{}
	}
	return d.feature.Values[i]
}

func (d *device) text(name string) string { return strings.Clone(d.value(name).String()) }

func (d *device) set(name string, v layers.Value) {
	if i := d.layer.FieldIndex(name); i >= 0 {
		d.feature.Values[i] = v
	}
}

// show sets the latest value, unless the layer has a later one from elsewhere.
func (d *device) show(value float64, at time.Time) {
	if was := d.value(model.Updated); !was.IsNull() && was.Time().After(at) {
		return
	}
	d.set(model.ValueField, layers.Float(value))
	d.set(model.Updated, layers.Instant(at))
	d.shown = true
}

// change is the device's change in the layer, if there is one: a new value, or
// another state.
func (d *device) change() (layers.Change, bool) {
	state := stateOnline
	if d.memory.Alarmed() {
		state = stateAlarm
	}
	if was := d.text(model.State); was != state && (d.shown || state == stateAlarm || was == stateAlarm) {
		d.set(model.State, layers.Text(state))
		d.shown = true
	}
	version := d.feature.Version
	return layers.Change{Op: layers.Put, Layer: d.layer.ID, ID: d.feature.Key, Feature: &d.feature, IfVersion: &version}, d.shown
}
