package alarm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/alarm"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/events"
)

// channel is how alarms come in.
const channel = "sensor"

// follow makes cases of the alarms that have begun, and tells those that are over.
// Alarms that cannot be reported now stay stored as being raised.
func (o *Office) follow(ctx context.Context, turns []turned, rules []alarm.Rule, out *Outcome) error {
	var begun []string
	for _, t := range turns {
		switch t.event.Turn {
		case alarm.Raise:
			begun = append(begun, t.device)
		case alarm.Clear:
			out.Alarms = append(out.Alarms, Raised{Device: t.device, Rule: t.event.Rule.ID, At: t.event.At, Event: t.event.Was.Case, Over: true})
			o.tellOver(ctx, &t)
		case alarm.Nothing:
		}
	}
	slices.Sort(begun)
	for _, id := range slices.Compact(begun) {
		raised, err := o.raise(ctx, id, rules)
		if err != nil {
			o.o.Log.ErrorContext(ctx, "an alarm was not reported; it will be tried again", "device", id, "error", err)
		}
		out.add(raised)
	}
	return ctx.Err()
}

// raise reports the alarms of a device that are being raised, if there are any, and
// stores their cases.
func (o *Office) raise(ctx context.Context, id string, rules []alarm.Rule) ([]Raised, error) {
	m, err := o.memory(ctx, id)
	if err != nil || !m.Raising() {
		return nil, err
	}
	v := o.o.City.View()
	l, ok := v.Layer(model.Devices)
	if !ok {
		return nil, nil
	}
	var out []Raised
	for _, name := range slices.Sorted(maps.Keys(m.Rules)) {
		s := m.Rules[name]
		if s.Phase != alarm.Raising {
			continue
		}
		i := slices.IndexFunc(rules, func(r alarm.Rule) bool { return r.ID == name })
		if i < 0 { // the rule is gone, and with it its alarms
			m.Set(name, alarm.State{})
			continue
		}
		d, err := o.device(ctx, v, l, id)
		if err != nil {
			return out, err
		}
		no, err := o.reportOnce(ctx, v, d, &rules[i], &s)
		switch layers.KindOf(err) {
		case layers.Conflict: // reported before the rule or the device was changed
		case layers.Invalid: // it never will be
			o.o.Log.ErrorContext(ctx, "an alarm makes no case", "device", id, "rule", name, "error", err)
		default:
			if err != nil {
				return out, err
			}
		}
		s.Phase, s.Case = alarm.Raised, no
		m.Set(name, s)
		out = append(out, Raised{Device: id, Rule: name, At: s.At, Event: no})
	}
	record, err := remember(id, m)
	if err != nil {
		return out, err
	}
	_, err = o.o.City.Apply(ctx, layers.Batch{At: o.o.Now().UTC(), Records: []layers.Record{record}})
	return out, err
}

// reportOnce makes the case of an alarm and returns its id, that of the first time
// when it was made before.
func (o *Office) reportOnce(ctx context.Context, v *live.View, d *device, r *alarm.Rule, s *alarm.State) (string, error) {
	report, err := o.report(ctx, v, d, r, s)
	if err != nil {
		return "", err
	}
	system := layers.SystemSubject()
	return o.o.Cases.Report(ctx, &system, report, keyOf(d.feature.Key, r.ID, s))
}

// keyOf names an alarm: the same first reading is the same alarm, however often it
// is reported. Ids of devices may be longer than keys of requests.
func keyOf(device, rule string, s *alarm.State) string {
	sum := sha256.Sum256([]byte(rule + "\x00" + strconv.FormatInt(s.Since.UnixMicro(), 10) + "\x00" + device))
	return "alarm/" + hex.EncodeToString(sum[:])
}

// report is what the case is made of. It depends on nothing but the device, the
// rule and the state, so that the same alarm makes the same report again.
func (o *Office) report(ctx context.Context, v *live.View, d *device, r *alarm.Rule, s *alarm.State) (*events.Report, error) {
	p, ok := o.placeOf(ctx, v, d)
	if !ok {
		return nil, layers.Invalidf("alarm", "device", fmt.Sprintf("device %.80s has no place, and is mounted on nothing that has one", d.feature.Key))
	}
	unit := d.text(model.Unit)
	number := func(x float64) string { return strings.TrimSpace(strconv.FormatFloat(x, 'f', -1, 64) + " " + unit) }
	relation := "达到或超过"
	if r.Side == alarm.Below {
		relation = "达到或低于"
	}
	name := d.text(model.Name)
	if name == "" {
		name = d.feature.Key
	}
	text := fmt.Sprintf("%s读数 %s，%s %s（规则：%s）", name, number(s.Value), relation, number(r.Raise), r.Title.ZH)
	return &events.Report{Point: p, Class: r.Class, Description: text, Channel: channel, Level: r.Level,
		Object: model.Devices + "/" + d.feature.Key, TakenAt: s.At.UTC(), DeviceRule: r.Title.ZH, SourceRef: r.ID + "/" + strconv.FormatInt(s.Since.Unix(), 10)}, nil
}

// placeOf is where a device is: its own place, or that of what it is mounted on.
func (o *Office) placeOf(ctx context.Context, v *live.View, d *device) (orb.Point, bool) {
	if p, ok := d.feature.Shape.(orb.Point); ok {
		return p, true
	}
	layer, id, ok := strings.Cut(d.text(model.MountedOn), "/")
	if !ok {
		return orb.Point{}, false
	}
	system := layers.SystemSubject()
	f, err := v.Get(ctx, &system, layer, id)
	if err != nil || f.Shape == nil {
		return orb.Point{}, false
	}
	return f.Shape.Bound().Center(), true
}

// tellOver tells a case that its alarm is over. A case that has ended is not told.
func (o *Office) tellOver(ctx context.Context, t *turned) {
	if t.event.Was.Case == "" {
		return
	}
	system := layers.SystemSubject()
	text := fmt.Sprintf("读数已恢复：%s（规则：%s，%s）", strconv.FormatFloat(t.event.Value, 'f', -1, 64), t.event.Rule.Title.ZH, t.event.At.UTC().Format(time.RFC3339))
	key := "over/" + keyOf(t.device, t.event.Rule.ID, &t.event.Was)
	if err := o.o.Cases.Supplement(ctx, &system, t.event.Was.Case, text, nil, key); err != nil {
		o.o.Log.DebugContext(ctx, "a case was not told that its alarm is over", "event", t.event.Was.Case, "error", err)
	}
}
