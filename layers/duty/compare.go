package duty

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Difference is a statement of two proofs that is not the same.
type Difference struct {
	What string `json:"what"` // "department", "areas.grid", "roads/r1.version", …
	Old  string `json:"old"`  // "" for none
	New  string `json:"new"`
}

// Compare lists what differs between two proofs, in the order of the proof: first
// what was asked, then what lies there, then who answers. Proofs with the same
// hash differ in nothing, and others in something.
func Compare(old, now *Place) []Difference {
	out := []Difference{}
	a, b := statements(old), statements(now)
	for _, s := range a {
		i := slices.IndexFunc(b, func(x statement) bool { return x.what == s.what })
		switch {
		case i < 0:
			out = append(out, Difference{What: s.what, Old: s.value})
		case b[i].value != s.value:
			out = append(out, Difference{What: s.what, Old: s.value, New: b[i].value})
		}
	}
	for _, s := range b {
		if !slices.ContainsFunc(a, func(x statement) bool { return x.what == s.what }) {
			out = append(out, Difference{What: s.what, New: s.value})
		}
	}
	if len(out) == 0 && old.Hash() != now.Hash() {
		out = append(out, Difference{What: "wording"})
	}
	return out
}

// statement is one value of a proof by a name that is unique in it.
type statement struct{ what, value string }

func statements(p *Place) []statement {
	var out []statement
	say := func(what, value string) { out = append(out, statement{what, value}) }
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	say("format", strconv.Itoa(p.Format))
	say("class", p.Class)
	say("edition", p.Edition)
	say("point", number(p.Lon)+","+number(p.Lat))
	say("accuracy_m", number(p.AccuracyM))
	say("object", p.Object)
	for _, kind := range slices.Sorted(maps.Keys(p.Odds)) {
		say("odds."+kind, number(p.Odds[kind]))
	}
	area := func(what string, a *Area) {
		say(what, a.Code)
		say(what+".name", a.Name)
		say(what+".dedicated", fmt.Sprint(a.Dedicated))
		say(what+".department", a.Department)
		say(what+".version", strconv.FormatUint(a.Version, 10))
		say(what+".border_m", number(a.BorderM))
		say(what+".probability", number(a.Probability))
	}
	for i := range p.Areas {
		area("areas."+p.Areas[i].LevelName, &p.Areas[i])
	}
	for i := range p.Neighbours {
		a := &p.Neighbours[i]
		area("neighbours."+a.LevelName+"."+a.Code, a)
	}
	evidence := func(what string, list []Evidence) {
		for i := range list {
			e := &list[i]
			at := what + "." + e.Ref
			say(at, e.Name)
			say(at+".version", strconv.FormatUint(e.Version, 10))
			say(at+".department", strings.TrimSpace(e.Department+" "+e.Duty))
			say(at+".distance_m", number(e.DistanceM))
			say(at+".border_m", number(e.BorderM))
			say(at+".probability", number(e.Probability))
		}
	}
	for i := range p.Rungs {
		r := &p.Rungs[i]
		what := "rungs." + r.Name
		for n := 2; slices.ContainsFunc(out, func(s statement) bool { return s.what == what }); n++ {
			what = fmt.Sprintf("rungs.%s.%d", r.Name, n) // precedents may be tried three times
		}
		say(what, string(r.Outcome))
		evidence(what, r.Evidence)
	}
	choice := func(what string, c *Choice) {
		say(what, c.Department)
		say(what+".name", c.Name)
		say(what+".rung", c.Rung.String())
		say(what+".probability", number(c.Probability))
		say(what+".reason", c.Reason.ZH)
		evidence(what, c.Evidence)
	}
	choice("department", &p.Chosen)
	for i := range p.Alternatives {
		choice("alternatives."+p.Alternatives[i].Department, &p.Alternatives[i])
	}
	return out
}
