package route

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/model"
)

// fitness is what is known of a candidate for a case.
type fitness struct {
	seconds  float64
	metres   float64
	walks    bool
	load     *int          // open tasks; nil: not known
	duty     *bool         // nil: not said, as for what stands there
	seen     time.Duration // since the last fix; < 0: not known
	ownGrid  bool          // answers for the case's grid
	sameDept *bool         // works for the case's department; nil: not known
	damaged  bool
}

// The handicaps, in seconds of travel: what is added to the time by the network
// before candidates are ranked.
const (
	perTask      = 600.0   // each open task
	offDuty      = 7_200.0 // not on duty, or offline
	otherGrid    = 300.0   // a worker of another grid
	otherDept    = 600.0   // of another department
	notKnown     = 900.0   // a last fix of unknown time
	damagedThing = 3_600.0
	freshFix     = 600.0   // seconds since the last fix that cost nothing; half of what is beyond counts
	mostStale    = 3_600.0 //
	halfScore    = 900.0   // a quarter of an hour halves the score
)

// handicap is the time plus what speaks against the candidate.
func (f *fitness) handicap(kind string) float64 {
	h := f.seconds
	if f.load != nil {
		h += perTask * float64(*f.load)
	}
	if f.duty != nil && !*f.duty {
		h += offDuty
	}
	if kind == "worker" && !f.ownGrid {
		h += otherGrid
	}
	if f.sameDept != nil && !*f.sameDept {
		h += otherDept
	}
	if f.duty != nil {
		switch {
		case f.seen < 0:
			h += notKnown
		case f.seen.Seconds() > freshFix:
			h += min(mostStale, (f.seen.Seconds()-freshFix)/2)
		}
	}
	if f.damaged {
		h += damagedThing
	}
	return h
}

// score is 100 for somebody who is there and free, 50 for a handicap of a quarter
// of an hour, and falls towards 0: 100·900/(900+handicap), to a tenth.
func (f *fitness) score(kind string) float64 {
	return math.Round(1000*halfScore/(halfScore+f.handicap(kind))) / 10
}

// reasons say in words what the score is made of.
func (f *fitness) reasons(kind string) []layers.Title {
	var out []layers.Title
	say := func(zh, en string) { out = append(out, layers.Title{ZH: zh, EN: en}) }
	minutes := max(1, int(math.Ceil(f.seconds/60)))
	zh, en := "驾车", "by car"
	if f.walks {
		zh, en = "步行", "on foot"
	}
	say(fmt.Sprintf("%s约 %d 分钟（%s）", zh, minutes, distance(f.metres)), fmt.Sprintf("about %d min %s (%s)", minutes, en, distance(f.metres)))
	if f.duty != nil {
		if *f.duty {
			say("在岗", "on duty")
		} else {
			say("不在岗", "off duty")
		}
	}
	if kind == "worker" {
		if f.ownGrid {
			say("本网格责任人", "answers for this grid")
		} else {
			say("其他网格", "of another grid")
		}
	}
	if f.sameDept != nil {
		if *f.sameDept {
			say("属主责部门", "of the lead department")
		} else {
			say("属其他部门", "of another department")
		}
	}
	if f.load != nil {
		if *f.load == 0 {
			say("手头无任务", "no open task")
		} else {
			say(fmt.Sprintf("手头 %d 件任务", *f.load), fmt.Sprintf("%d open tasks", *f.load))
		}
	}
	if f.duty != nil {
		switch {
		case f.seen < 0:
			say("定位时间未知", "last fix not known")
		case f.seen < time.Minute:
			say("刚刚定位", "seen just now")
		case f.seen < 2*time.Hour:
			say(fmt.Sprintf("%d 分钟前定位", int(f.seen.Minutes())), fmt.Sprintf("seen %d min ago", int(f.seen.Minutes())))
		default:
			say(fmt.Sprintf("%d 小时前定位", int(f.seen.Hours())), fmt.Sprintf("seen %d h ago", int(f.seen.Hours())))
		}
	}
	if f.damaged {
		say("状态异常", "not in good state")
	}
	return out
}

func distance(m float64) string {
	if m < 1000 {
		return fmt.Sprintf("%.0f m", m)
	}
	return fmt.Sprintf("%.1f km", m/1000)
}

// source is a layer with the kinds of it that suit a case.
type source struct {
	layer string
	kinds []string
}

// vehiclesFor lists the kinds of movers that a class's department sends.
func vehiclesFor(department string) []string {
	switch department {
	case "sanitation", "parks":
		return []string{"sanitation", "patrol"}
	case "police", "traffic_police", "fire", "emergency":
		return []string{"police", "patrol"}
	}
	return []string{"patrol"}
}

// resourcesFor lists what helps with cases of a class.
func resourcesFor(c *duty.Class) []source {
	var components, sites []string
	switch c.Department {
	case "fire":
		components, sites = []string{"hydrant"}, []string{"fire_station", "hospital"}
	case "gas", "emergency":
		components, sites = []string{"hydrant"}, []string{"fire_station", "hospital", "shelter"}
	case "police", "traffic_police":
		sites = []string{"police_station", "hospital"}
	case "sanitation":
		components, sites = []string{"waste_station", "bin"}, nil
	case "water":
		components, sites = []string{"rain_grate", "manhole_rain"}, []string{"shelter"}
	case "health":
		sites = []string{"hospital", "clinic"}
	case "civil_affairs":
		sites = []string{"shelter", "elderly_care", "community_centre", "hospital"}
	default:
		sites = []string{"community_centre", "police_station"}
	}
	var out []source
	if components != nil {
		out = append(out, source{model.Components, components})
	}
	if sites != nil {
		out = append(out, source{model.Sites, sites})
	}
	return out
}

// sourcesFor says where candidates of a kind come from; kinds, when given, in
// place of what suits the class.
func sourcesFor(kind string, c *duty.Class, kinds []string) []source {
	switch kind {
	case "worker":
		return []source{{model.Movers, []string{"worker"}}}
	case "vehicle":
		if kinds == nil {
			kinds = vehiclesFor(c.Department)
		}
		return []source{{model.Movers, slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == "worker" })}}
	}
	if kinds == nil {
		return resourcesFor(c)
	}
	return []source{{model.Components, kinds}, {model.Sites, kinds}}
}

// anyOf is the filter for values of the field kind.
func anyOf(field string, values []string) layers.Expr {
	list := make([]layers.Term, len(values))
	for i, v := range values {
		list[i] = layers.Literal{Value: layers.Text(strings.TrimSpace(v))}
	}
	return layers.In{Term: layers.Property{Name: field}, List: list}
}
