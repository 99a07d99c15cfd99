package sample

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// caseDays is how far back events go.
const caseDays = 30

// caseMaker draws events.
type caseMaker struct {
	*city
	habits   []habit
	classes  []duty.Class
	weights  []float64   // of the habits
	first    []int       // per district: index in order of its first face; one more at the end
	share    []float64   // of the districts
	sums     [][]float64 // per habit: running sums of the weights of faces, in order
	starts   map[string][]int32
	calendar *worktime.Calendar
	rules    event.Rules
	workers  map[string][]string // numbers of the grid workers, by community
	segment  []int32             // of each arc, -1 for none
}

// makeEvents writes a month of events, day by day and district by district, in
// order of case number.
func (c *city) makeEvents(w *writer) {
	m, err := c.newCaseMaker(w)
	if err != nil || w.err != nil {
		w.err = cmp.Or(w.err, err)
		return
	}
	zone := worktime.China()
	start := c.Now.AddDate(0, 0, -caseDays)
	y, month, d := start.In(zone).Date()
	for day := time.Date(y, month, d, 0, 0, 0, 0, zone); day.Before(c.Now); day = day.AddDate(0, 0, 1) {
		for district := range c.a.districts {
			m.day(w, day, start, district)
		}
	}
}

func (c *city) newCaseMaker(w *writer) (*caseMaker, error) {
	m := &caseMaker{city: c, habits: habits(), calendar: worktime.DefaultCalendar(), rules: event.DefaultRules(), starts: map[string][]int32{}}
	for i := range m.habits {
		k, ok := duty.ClassOf(m.habits[i].class)
		if !ok {
			return nil, fmt.Errorf("no event class %s", m.habits[i].class)
		}
		m.classes = append(m.classes, k)
		m.weights = append(m.weights, m.habits[i].weight)
	}
	code := ""
	for i, f := range c.a.order {
		if d := c.m.faces[f].code[:6]; d != code {
			m.first, code = append(m.first, i), d
		}
	}
	m.first = append(m.first, len(c.a.order))
	m.workers = map[string][]string{}
	for i, f := range c.a.order {
		home, number := c.m.faces[f].code[:12], c.workerAt(i)
		if !slices.Contains(m.workers[home], number) {
			m.workers[home] = append(m.workers[home], number)
		}
	}
	m.weigh()
	for d := range c.a.districts {
		total := 0.0
		for h := range m.habits {
			total += m.habits[h].weight * (m.sums[h][m.first[d+1]] - m.sums[h][m.first[d]]) / m.sums[h][len(c.a.order)]
		}
		m.share = append(m.share, total)
	}
	m.segment = make([]int32, len(c.m.arcs))
	for i := range m.segment {
		m.segment[i] = -1
	}
	for s := range c.n.segments {
		for _, a := range c.n.segments[s].arcs {
			m.segment[a] = int32(s)
		}
	}
	m.count(w)
	return m, nil
}

// weigh computes how likely each face is for each habit: where people are, times
// a smooth field of each class that makes its hot-spots.
func (m *caseMaker) weigh() {
	mids := make([]pt, len(m.a.order))
	density := make([]float64, len(m.a.order))
	for i, f := range m.a.order {
		mids[i] = polygonMiddle(m.city.m.corners(&m.city.m.faces[f]))
		density[i] = m.g.density(mids[i])
	}
	for h := range m.habits {
		r := newStream(m.Seed, keyHotspot, uint64(h))
		hot := newField(&r, 2600*max(0.4, m.g.reach), 5)
		sums := make([]float64, len(m.a.order)+1)
		for i, f := range m.a.order {
			v := suits(m.habits[h].scene, m.uses[f], density[i])
			if v > 0 {
				v *= math.Exp(2.6 * hot.at(mids[i]))
			}
			sums[i+1] = sums[i] + v
		}
		m.sums = append(m.sums, sums)
	}
}

// suits is how much a use invites events of a scene.
func suits(s scene, u faceUse, d float64) float64 {
	busy := 1.0
	switch u {
	case useShops, useMarket, useStation:
		busy = 3
	case useOffices, useOldTown, useHospital:
		busy = 2
	case useForest, useFarm, useWater:
		busy = 0.05
	default:
	}
	match := func(ok bool, otherwise float64) float64 {
		if ok {
			return 1
		}
		return otherwise
	}
	switch s {
	case beside, atThing:
		if u == useWater {
			return 0
		}
		return busy * d
	case atHouse:
		return busy * d * match(u.housing() || u == useOffices, 0)
	case atWorks:
		return match(u == useVacant, 0)
	case inGreen:
		return match(u == usePark, 0) * (0.2 + d)
	case atWater:
		return match(u == useWater, 0) * (0.02 + d)
	case atFactory:
		return match(u == useFactory, 0)
	}
	return 0
}

// count finds the number of the first component of every kind in every face, so
// that events can name the things they are about.
func (m *caseMaker) count(w *writer) {
	for _, k := range model.ComponentKinds() {
		m.starts[k.Kind] = make([]int32, len(m.city.m.faces))
	}
	m.eachComponent(w, func(f int32, kind *model.ComponentKind, id string, _ spot) {
		if s := m.starts[kind.Kind]; s[f] == 0 {
			n := 0
			for _, ch := range id[10:] {
				n = n*10 + int(ch-'0')
			}
			s[f] = int32(n)
		}
	})
}

// happening is an event before it has a number.
type happening struct {
	at    time.Time
	habit int
	key   uint64
}

// day writes the events of a district on a day, those before start left out.
func (m *caseMaker) day(w *writer, day, start time.Time, district int) {
	r := newStream(m.Seed, keyCase, uint64(day.Unix()), uint64(district))
	total := 0.0
	for _, s := range m.share {
		total += s
	}
	expected := float64(m.g.casesADay) * m.share[district] / total * (1 + 0.12*r.normal())
	if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
		expected *= 0.78
	}
	weights := slices.Clone(m.weights)
	for h := range weights {
		weights[h] *= m.sums[h][m.first[district+1]] - m.sums[h][m.first[district]]
		weights[h] /= max(1e-9, m.sums[h][len(m.a.order)])
	}
	var list []happening
	for range int(expected + r.float()) {
		h := r.choose(weights)
		hour := 6 * (float64(r.choose(m.habits[h].hours[:])) + r.float())
		at := day.Add(time.Duration(hour * float64(time.Hour))).Truncate(time.Second)
		key := r.next()
		if !at.Before(start) && at.Before(m.Now) {
			list = append(list, happening{at, h, key})
		}
	}
	slices.SortFunc(list, func(a, b happening) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.key, b.key)) })
	var cases []scheduled
	for _, x := range list {
		if w.err != nil {
			return
		}
		if p, ok := m.place(district, &x); ok {
			cases = append(cases, scheduled{happening: x, place: p})
		}
	}
	m.open(w, district, m.repeated(day, cases))
}

// scenePlace is where an event happened.
type scenePlace struct {
	face   int32
	at     orb.Point
	text   string // in words
	object string // "components/…", "" for none
	owner  string // department of the object or road, "" for none
}

// place draws where an event happened; it gives up when ten faces have no place
// for it.
func (m *caseMaker) place(district int, x *happening) (scenePlace, bool) {
	r := newStream(m.Seed, keyCase, 1, x.key)
	h, k := &m.habits[x.habit], &m.classes[x.habit]
	sums := m.sums[x.habit]
	lo, hi := sums[m.first[district]], sums[m.first[district+1]]
	if hi <= lo {
		return scenePlace{}, false
	}
	for range 10 {
		i := sort.SearchFloat64s(sums, r.between(lo, hi)) - 1
		i = min(max(i, m.first[district]), m.first[district+1]-1)
		f := m.a.order[i]
		p, ok := scenePlace{}, false
		switch h.scene {
		case beside:
			p, ok = m.roadside(f, k, &r)
		case atThing:
			p, ok = m.thing(f, k, &r)
		case atWater:
			if p.at, ok = m.quay(f); ok {
				p.text = riverName + "边"
			}
		case inGreen:
			if site := m.site(f, 2); site != nil {
				at := pt(polygonMiddle(site)).toward(pick(&r, site), 0.85+0.1*r.float())
				p, ok = scenePlace{at: m.g.degrees(at), text: "公园内"}, true
			}
		case atHouse, atWorks, atFactory:
			if lots := m.stand(f); len(lots) > 0 {
				l := &lots[r.intn(len(lots))]
				p, ok = scenePlace{at: m.g.degrees(l.at.add(pt{r.between(-3, 3), r.between(-3, 3)})), text: l.road + l.number}, true
			}
		}
		if ok && ringContains(m.city.m.ring(&m.city.m.faces[f]), p.at) {
			p.face = f
			return p, true
		}
	}
	return scenePlace{}, false
}

// roadside is a place on the pavement of a road at face f.
func (m *caseMaker) roadside(f int32, k *duty.Class, r *stream) (scenePlace, bool) {
	var arcs []int32
	var forwards []bool
	m.city.m.eachArc(&m.city.m.faces[f], func(i int32, forward bool) {
		if a := &m.city.m.arcs[i]; a.class != noRoad && a.class != expressway && !a.bridge {
			arcs, forwards = append(arcs, i), append(forwards, forward)
		}
	})
	if len(arcs) == 0 {
		return scenePlace{}, false
	}
	n := r.intn(len(arcs))
	a := &m.city.m.arcs[arcs[n]]
	at, left := pointOn(m.g, a.shape, r.between(0.1, 0.9))
	off := max(1.5, a.class.traits().half*r.between(0.3, 0.9))
	if !forwards[n] {
		off = -off
	}
	p := scenePlace{at: m.g.degrees(at.add(left.times(off))), text: m.roads[m.city.m.lines[a.line].street]}
	if k.Road && m.segment[arcs[n]] >= 0 {
		p.owner = m.keeper(&m.n.segments[m.segment[arcs[n]]])
	}
	return p, true
}

// thing is a piece of street furniture of a kind the class is about.
func (m *caseMaker) thing(f int32, k *duty.Class, r *stream) (scenePlace, bool) {
	kind := pick(r, k.Components)
	var spots []spot
	m.along(f, kind, func(s spot) { spots = append(spots, s) })
	if len(spots) == 0 {
		return scenePlace{}, false
	}
	n := r.intn(len(spots))
	for _, ck := range model.ComponentKinds() {
		if ck.Kind != kind {
			continue
		}
		district := m.city.m.faces[f].code[:6]
		id := fmt.Sprintf("%s%s%s%06d", district, ck.Major, ck.Minor, int(m.starts[kind][f])+n)
		owner, _ := m.departmentFor(ck.Duty, district)
		return scenePlace{
			at: spots[n].at, object: model.Components + "/" + id, owner: owner,
			text: m.roads[m.city.m.lines[m.city.m.arcs[spots[n].arc].line].street],
		}, true
	}
	return scenePlace{}, false
}
