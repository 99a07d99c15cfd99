package sample

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// historyBucket holds the histories of cases, by event id; the server keeps them
// there.
const historyBucket = "event-history"

// scheduled is a case with its place, before its life is told.
type scheduled struct {
	happening
	place  scenePlace
	no     string
	again  *scheduled // the case that this one reports once more, nil for a new one
	merged merging    // of a case that is reported once more
}

// repeated adds reports of what others have reported already: near in place and
// time, of the same class. It returns all cases of the day in their order.
func (m *caseMaker) repeated(day time.Time, cases []scheduled) []*scheduled {
	end := day.AddDate(0, 0, 1)
	if end.After(m.Now) {
		end = m.Now
	}
	var all []*scheduled
	for i := range cases {
		x := &cases[i]
		all = append(all, x)
		r := newStream(m.Seed, keyCase, 3, x.key)
		if !r.chance(0.03) {
			continue
		}
		d := &scheduled{happening: happening{at: x.at.Add(time.Duration(r.span(2*60, 90*60)) * time.Second), habit: x.habit, key: r.next()}, place: x.place, again: x}
		if near := (orb.Point{x.place.at[0] + r.between(-1, 1)*1.5e-4, x.place.at[1] + r.between(-1, 1)*1.5e-4}); x.place.object == "" && ringContains(
			m.city.m.ring(&m.city.m.faces[d.place.face]), near) {
			d.place.at = orb.Point{rounded(near[0], 7), rounded(near[1], 7)}
		}
		if d.at.Before(end) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b *scheduled) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.key, b.key)) })
	return all
}

// open numbers the cases of a day and tells their lives. A report that repeats
// another is told of first by the case it goes into.
func (m *caseMaker) open(w *writer, district int, cases []*scheduled) {
	for i, x := range cases {
		no, err := event.CaseNo(x.at.In(worktime.China()), m.a.districts[district].code, i+1)
		if err != nil {
			w.err = err
			return
		}
		x.no = no
		if x.again != nil {
			r := newStream(m.Seed, keyCase, 4, x.key)
			x.again.merged = merging{id: no, at: x.at.Add(time.Duration(r.span(3*60, 25*60)) * time.Second).UTC(),
				by: layers.Subject{ID: "desk-1", Role: layers.Dispatcher}, said: m.said(x).Statement}
		}
	}
	for _, x := range cases {
		if w.err != nil {
			return
		}
		m.write(w, x)
	}
}

// told is what a report says, and what is known of it beside.
type told struct {
	event.Statement
	level, source string
	r             stream // for what follows
}

// said draws a report.
func (m *caseMaker) said(x *scheduled) told {
	k, r := &m.classes[x.habit], newStream(m.Seed, keyCase, 2, x.key)
	channel, accuracy := channelOf(&m.habits[x.habit], &r)
	t := told{Statement: event.Statement{At: x.at.UTC(), Channel: channel, Text: x.place.text + pick(&r, m.habits[x.habit].words),
		Lon: x.place.at[0], Lat: x.place.at[1], Accuracy: rounded(accuracy, 1)}, level: levelOf(k, &r), source: sourceOf(channel, &r, x.at)}
	t.r = r
	return t
}

// live tells the life of a case.
func (m *caseMaker) live(x *scheduled, t *told, lead string) *diary {
	k, code := &m.classes[x.habit], m.city.m.faces[x.place.face].code
	d := &diary{c: &event.Case{ID: x.no}, now: m.Now, at: x.at.UTC(), env: event.Env{Calendar: m.calendar, Rules: &m.rules, Class: *k,
		Edition: duty.ClassesVersion, Point: x.place.at, Accuracy: t.Accuracy, Proof: "proof"}}
	if x.merged.id != "" {
		d.merge = &x.merged
	}
	s := story{diary: d, city: m.city, class: k, r: &t.r, channel: t.Channel, grid: code, lead: lead,
		worker: workerOf(code[:12], code), workers: m.workers[code[:12]], object: x.place.object}
	if x.again != nil && x.again.merged.done {
		s.channel = t.Channel
		s.joins(t, x.again)
		return d
	}
	s.tell(t.Statement, t.level, t.source)
	d.pass(m.Now)
	return d
}

// joins is the short life of a report that repeats another.
func (s *story) joins(t *told, first *scheduled) {
	s.report(t.Statement, t.level, t.source)
	s.env.Master = &event.Case{ID: first.no, State: event.Filed} // it was open: it took the report in
	s.step(first.merged.at, first.merged.by, event.Command{Step: event.Merge, Master: first.no, Note: "同一问题，并入前案"})
}

func (m *caseMaker) write(w *writer, x *scheduled) {
	k, code := &m.classes[x.habit], m.city.m.faces[x.place.face].code
	t := m.said(x)
	lead, _ := m.responsible(k, &x.place, code)
	d := m.live(x, &t, lead)
	if d.err != nil {
		w.err = d.err
		return
	}
	history, err := d.h.Encode()
	if err != nil {
		w.err = err
		return
	}
	f := w.feature(x.no, x.place.at)
	w.record(layers.Record{Bucket: historyBucket, Key: x.no, Data: history})
	f.f.ValidFrom = x.at.UTC()
	for _, c := range event.Columns(d.c) {
		f.set(c.Field, c.Value)
	}
	f.text(model.CaseNo, x.no)
	f.text(model.ClassName, k.Title.ZH)
	f.text(model.Description, t.Text)
	f.text(model.Grid, code)
	f.text(model.Community, code[:12])
	f.text(model.Street, code[:9])
	f.text(model.District, code[:6])
	f.text(model.DepartmentName, m.nameOf(d.c.Lead, code))
	f.text(model.ObjectField, x.place.object)
	f.number(model.Accuracy, t.Accuracy, 1)
	if t.Channel == "hotline" || t.Channel == "app" {
		r := newStream(m.Seed, keyCase, 5, x.key)
		f.text(model.Reporter, surname(&r)+givenName(&r, r.chance(0.5)))
		f.text(model.ReporterPhone, phone(&r))
	}
}

// responsible follows the duty resolution order: the owner of the object or
// road, the department of a dedicated grid, the kind of department of the class.
func (m *caseMaker) responsible(k *duty.Class, p *scenePlace, grid string) (id, name string) {
	if id = cmp.Or(p.owner, m.dedicated(p.face)); id != "" {
		if name = m.nameOf(id, grid); name != "" {
			return id, name
		}
	}
	return m.departmentFor(k.Department, grid[:6])
}

// nameOf is the name of a department that answers in the district of grid or, as
// the keeper of a road along a border, in the one its id begins with; "" for no
// such department.
func (m *caseMaker) nameOf(id, grid string) string {
	for _, b := range slices.Concat(districtBureaus(), cityBureaus()) {
		for _, area := range []string{grid[:6], id[:6], cityCode} {
			if i, n := m.departmentFor(b.kind, area); i == id {
				return n
			}
		}
	}
	for i := range m.a.streets {
		if s := &m.a.streets[i]; s.code+"-street_office" == id {
			return m.officeName(s)
		}
	}
	return ""
}
