package duty

import (
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
)

// CounterKind is what a department that returns a case holds against the proof of
// place.
type CounterKind string

// The kinds of counter-evidence.
const (
	OtherArea   CounterKind = "area"   // the place lies in another area: its code, or the id of the department whose jurisdiction it is
	OtherObject CounterKind = "object" // it is about an object with another owner: "layer/id"
	OtherRule   CounterKind = "rule"   // another rule holds: a precedent's id, a class's code, or the id of the department that has the duty
)

// Counter is the counter-evidence of a return.
type Counter struct {
	Kind CounterKind `json:"kind"`
	Ref  string      `json:"ref"`
	Note string      `json:"note,omitempty"`
}

// Finding is what the city says to counter-evidence.
type Finding string

// The findings.
const (
	Upheld  Finding = "upheld"  // with the evidence somebody else answers: the return is right
	Refuted Finding = "refuted" // the city says the contrary, or knows nothing of the kind
	Open    Finding = "open"    // possible, not likelier than what was decided: a person decides
)

// Verdict is a proof held against counter-evidence.
type Verdict struct {
	Finding Finding        `json:"finding"`
	Reasons []layers.Title `json:"reasons"`
	Place   Place          `json:"place"`   // worked out again, with the evidence where it bears on it
	Differs []Difference   `json:"differs"` // from the proof that is disputed
}

// The measures of a verdict.
const (
	ponderable  = 0.05 // a claim less probable than that is refuted
	objectNearM = 50   // an object farther from the place than that and the accuracy is not what was reported
)

// Reconsider holds the proof old of an event of class c against the evidence of a
// return. It is a pure function of its arguments and g; classOf finds classes of
// the edition, for evidence that names one.
//
// The proof is worked out anew, so that what the city has learned since counts as
// well; when that alone names another department the return is upheld whatever the
// evidence.
func Reconsider(g Ground, c *Class, old *Place, e Counter, classOf func(code string) (Class, bool)) Verdict {
	at := Sighting{Point: [2]float64{old.Lon, old.Lat}, AccuracyM: old.AccuracyM, Object: old.Object, Edition: old.Edition}
	v := Verdict{Place: Prove(g, c, at), Finding: Refuted, Reasons: []layers.Title{}}
	before := old.Chosen.Department
	say := func(zh, en string) { v.Reasons = append(v.Reasons, layers.Title{ZH: zh, EN: en}) }
	if v.Place.Chosen.Department != before {
		v.Finding = Upheld
		say("按城市现状重新认定，应由“"+v.Place.Chosen.Name+"”负责", "worked out from the city as it is now, "+v.Place.Chosen.Name+" answers")
	}
	switch e.Kind {
	case OtherArea:
		v.area(g, e.Ref, before, say)
	case OtherObject:
		v.object(g, c, at, e.Ref, before, say)
	case OtherRule:
		v.rule(g, c, at, e.Ref, before, classOf, say)
	default:
		say("未提供可核对的证据", "no evidence that can be checked was given")
	}
	v.Differs = Compare(old, &v.Place)
	return v
}

type sayer func(zh, en string)

// claim weighs that department id answers, as the proof has it.
func (v *Verdict) claim(id, before string, say sayer) {
	if v.Finding == Upheld {
		return
	}
	all := append([]Choice{v.Place.Chosen}, v.Place.Alternatives...)
	i := slices.IndexFunc(all, func(c Choice) bool { return c.Department == id })
	switch {
	case i < 0:
		say("没有任何规则指向该部门", "no rule points to that department")
	case id == before:
		say("证据仍指向原责任部门“"+all[i].Name+"”", "the evidence points to the department that was named, "+all[i].Name)
	case all[i].Probability >= ponderable:
		v.Finding = Open
		say(fmt.Sprintf("定位误差范围内，由“%s”负责的概率为 %.0f%%，原部门为 %.0f%%", all[i].Name, 100*all[i].Probability, 100*v.Place.Chosen.Probability),
			fmt.Sprintf("within the accuracy of the position %s answers with %.0f%%, the one named with %.0f%%", all[i].Name, 100*all[i].Probability, 100*v.Place.Chosen.Probability))
	default:
		say("“"+all[i].Name+"”只在更后的规则中，前面的规则已有答案", all[i].Name+" comes by a later rule only, and an earlier one has an answer")
	}
}

func (v *Verdict) area(g Ground, ref, before string, say sayer) {
	if d, ok := g.Department(strings.TrimPrefix(ref, "departments/")); ok {
		v.claim(d.ID, before, say)
		return
	}
	is := func(a Area) bool { return a.Code == ref }
	if i := slices.IndexFunc(v.Place.Areas, is); i >= 0 {
		a := &v.Place.Areas[i]
		say(fmt.Sprintf("该点位确在“%s”内，距边界 %.1f 米，原认定已据此作出", a.Name, a.BorderM), fmt.Sprintf("the place does lie in %s, %.1f m from its border: what was decided rests on that", a.Name, a.BorderM))
		return
	}
	if i := slices.IndexFunc(v.Place.Neighbours, is); i >= 0 {
		a := &v.Place.Neighbours[i]
		if v.Finding != Upheld && a.Probability >= ponderable {
			v.Finding = Open
		}
		say(fmt.Sprintf("该点位不在“%s”内，距其边界 %.1f 米，在其内的概率为 %.0f%%", a.Name, a.BorderM, 100*a.Probability),
			fmt.Sprintf("the place lies %.1f m outside of %s, and in it with %.0f%%", a.BorderM, a.Name, 100*a.Probability))
		return
	}
	say("该点位不在区域 "+ref+" 内，也不在其附近", "the place lies neither in the area "+ref+" nor near it")
}

func (v *Verdict) object(g Ground, c *Class, at Sighting, ref, before string, say sayer) {
	t, ok := g.Object(ref)
	if !ok {
		say("对象 "+ref+" 不存在", "there is no object "+ref)
		return
	}
	if t.Geometry != nil {
		far := NewSpread(at.Point, 0).distance(t.Geometry)
		if limit := objectNearM + at.AccuracyM; far > limit {
			say(fmt.Sprintf("对象“%s”距点位 %.0f 米，超过 %.0f 米，不是所报对象", t.Name, far, limit),
				fmt.Sprintf("%s is %.0f m from the place, more than %.0f m: it is not what was reported", t.Name, far, limit))
			return
		}
	}
	at.Object = ref
	with := Prove(g, c, at)
	if with.Chosen.Department == before {
		say("对象“"+t.Name+"”的权属仍指向原责任部门", "the owner of "+t.Name+" is the department that was named")
		return
	}
	if with.Chosen.Rung != ByObject && with.Chosen.Rung != ByPrecedent {
		say("对象“"+t.Name+"”没有登记权属部门", t.Name+" has no owner on record")
		return
	}
	v.Finding, v.Place = Upheld, with
	say("对象“"+t.Name+"”由“"+with.Chosen.Name+"”权属或养护", t.Name+" is owned or maintained by "+with.Chosen.Name)
}

func (v *Verdict) rule(g Ground, c *Class, at Sighting, ref, before string, classOf func(string) (Class, bool), say sayer) {
	if i := slices.IndexFunc(g.Precedents(c.Code), func(p Precedent) bool { return p.ID == ref || p.Case == ref }); i >= 0 {
		p := g.Precedents(c.Code)[i]
		tried := slices.ContainsFunc(v.Place.Rungs, func(t Tried) bool {
			return slices.ContainsFunc(t.Evidence, func(e Evidence) bool { return e.Ref == "precedent/"+p.ID && e.Probability > 0 })
		})
		if !tried {
			say("先例 "+p.Case+" 不适用于该点位", "the precedent "+p.Case+" does not hold at this place")
			return
		}
		v.claim(p.Department, before, say)
		return
	}
	if d, ok := g.Department(strings.TrimPrefix(ref, "departments/")); ok {
		v.claim(d.ID, before, say)
		return
	}
	if k, ok := classOf(ref); ok && k.Code != c.Code {
		with := Prove(g, &k, at)
		if with.Chosen.Department == before {
			say("即使类别改为“"+k.Title.ZH+"”，仍由原部门负责", "the department named answers for \""+k.Title.EN+"\" as well")
			return
		}
		if v.Finding != Upheld {
			v.Finding = Open
		}
		say("若类别应为“"+k.Title.ZH+"”，则由“"+with.Chosen.Name+"”负责；类别由派遣员确定", "were it \""+k.Title.EN+"\", "+with.Chosen.Name+" would answer; the class is for the dispatcher to say")
		return
	}
	say("没有规则、先例或部门 "+ref, "there is no rule, precedent or department "+ref)
}
