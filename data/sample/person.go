package sample

import (
	"fmt"
	"time"

	"wutu/layers/code"
	"wutu/layers/model"
)

// member is a person of a household.
type member struct {
	name string
	man  bool
	age  int
	kind string
	care string
}

// household is who lives in a room.
type household struct {
	kind    string
	members []member
}

// family draws the household of a room.
func (c *city) family(x room) household {
	r := newStream(c.Seed, keyHousehold, x.key)
	var h household
	add := func(sur string, man bool, age int, kind string) {
		m := member{name: sur + givenName(&r, man), man: man, age: min(max(0, age), 101), kind: kind}
		if r.chance(0.001) {
			m.kind = "foreign"
		}
		h.members = append(h.members, m)
	}
	kind := "registered"
	if r.chance(0.16) {
		kind = "migrant"
	}
	own, other := surname(&r), surname(&r)
	switch r.choose([]float64{0.21, 0.22, 0.45, 0.12}) {
	case 0:
		h.kind = "single"
		age := r.span(21, 58)
		if r.chance(0.36) {
			age = r.span(60, 92)
		}
		add(own, r.chance(0.5), age, kind)
	case 1:
		h.kind = "couple"
		age := r.span(24, 84)
		add(own, true, age, kind)
		add(other, false, age-r.span(-2, 4), kind)
	case 2:
		h.kind = "family"
		child := r.span(0, 19)
		mother := child + r.span(23, 34)
		add(own, true, mother+r.span(-1, 4), kind)
		add(other, false, mother, kind)
		add(own, r.chance(0.53), child, kind)
		if r.chance(0.3) {
			add(own, r.chance(0.53), max(0, child-r.span(2, 7)), kind)
		}
		if r.chance(0.17) {
			add(surname(&r), false, mother+r.span(23, 31), kind)
			if r.chance(0.6) {
				add(own, true, mother+r.span(24, 33), kind)
			}
		}
	case 3:
		h.kind = "shared"
		for range r.span(3, 5) {
			k := "migrant"
			if r.chance(0.25) {
				k = "registered"
			}
			add(surname(&r), r.chance(0.6), r.span(19, 41), k)
		}
	}
	for i := range h.members {
		h.members[i].care = careOf(&h.members[i], len(h.members), &r)
	}
	return h
}

func careOf(m *member, size int, r *stream) string {
	switch {
	case m.age >= 65 && size == 1:
		return "alone"
	case m.age >= 80:
		return "aged"
	case r.chance(0.017):
		return "disabled"
	case r.chance(0.012):
		return "allowance"
	case m.age < 14 && r.chance(0.008):
		return "child"
	}
	return ""
}

// eachHousehold calls fn for every lived-in room with its building, the face it
// is on and its number in the city, from 1.
func (c *city) eachHousehold(w *writer, fn func(f int32, b *building, x room, n int)) {
	n := 0
	c.eachLot(w, func(f int32, l *lot) {
		for i := range l.buildings {
			if b := &l.buildings[i]; b.flats {
				c.eachRoom(b, func(x room) {
					n++
					fn(f, b, x, n)
				})
			}
		}
	})
}

func (c *city) makeHouseholds(w *writer) {
	c.eachHousehold(w, func(f int32, b *building, x room, n int) {
		h := c.family(x)
		r := w.feature(fmt.Sprintf("h%08d", n), c.g.degrees(x.at))
		r.text(model.Address, x.text)
		r.text(model.Room, x.code)
		r.integer(model.Members, len(h.members))
		r.text(model.Kind, h.kind)
		r.text(model.Building, b.code)
		r.text(model.Grid, c.m.faces[f].code)
	})
}

func (c *city) makePersons(w *writer) {
	ids := citizens{now: c.Now, next: map[cohort]int{}}
	n := 0
	c.eachHousehold(w, func(f int32, b *building, x room, household int) {
		h := c.family(x)
		draw := newStream(c.Seed, keyHousehold, 1, x.key)
		for i := range h.members {
			m := &h.members[i]
			n++
			division := c.m.faces[f].code[:6]
			if m.kind == "migrant" || draw.chance(0.12) {
				division = pick(&draw, birthDivisions)
			}
			id, birth, err := ids.issue(division, m)
			if err != nil {
				w.err = err
				return
			}
			r := w.feature(fmt.Sprintf("p%08d", n), c.g.degrees(x.at))
			r.text(model.Name, m.name)
			sex := "female"
			if m.man {
				sex = "male"
			}
			r.text(model.Sex, sex)
			r.instant(model.Birth, birth)
			r.text(model.Kind, m.kind)
			if m.kind != "foreign" {
				r.text(model.CitizenID, id)
			}
			r.text(model.Household, fmt.Sprintf("h%08d", household))
			r.text(model.Address, x.text)
			r.text(model.Room, x.code)
			r.text(model.Building, b.code)
			r.text(model.Grid, c.m.faces[f].code)
			r.text(model.Care, m.care)
			if m.age >= 12 {
				r.text(model.Phone, phone(&draw))
			}
		}
	})
}

// phone is a number nobody can have: mobile numbers do not start with 100.
func phone(r *stream) string { return fmt.Sprintf("100%08d", r.intn(100_000_000)) }

// cohort are the people whose citizen numbers differ only in day and sequence.
type cohort struct {
	division string
	year     int
	man      bool
}

// citizens issues citizen numbers, each once: a cohort has 500 numbers a day for
// each sex.
type citizens struct {
	now  time.Time
	next map[cohort]int
}

func (s *citizens) issue(division string, m *member) (string, time.Time, error) {
	k := cohort{division, s.now.Year() - m.age, m.man}
	days := 365
	if m.age == 0 {
		days = max(1, s.now.YearDay()-1)
	}
	i := s.next[k]
	s.next[k]++
	day := (i*181 + k.year*97) % days // 181 has no divisor in common with 365
	if m.age == 0 {
		day = i % days
	}
	sequence := (i/days + k.year*31) % 500 * 2
	if m.man {
		sequence++
	}
	birth := time.Date(k.year, 1, 1+day, 0, 0, 0, 0, time.UTC)
	id, err := code.MakeCitizenID(code.CitizenID{Division: division, Birth: birth, Sequence: sequence})
	return id, birth, err
}
