package duplicate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// Sighting is what a report or case says of something seen.
type Sighting struct {
	ID        string
	Class     string
	Point     orb.Point // lon/lat degrees WGS 84
	AccuracyM float64   // radius of the 95 % circle, 0 for a point set by hand
	Object    string    // "layer/id" of the thing it names, "" for none
	Text      string
	Channel   string
	At        time.Time // when it was reported
	Closed    time.Time // zero: open
}

// Rules are the bounds of the proposals, all inclusive.
type Rules struct {
	WithinM       float64       // of duplicates, between the true places
	Within        time.Duration // of duplicates, between the reports
	SameThing     time.Duration // of duplicates that name the same thing
	RecurM        float64       // of recurrences
	Recur         time.Duration // of recurrences, from the closing
	AllowanceMaxM float64       // most that uncertain positions widen a distance
}

// DefaultRules are those of cities.md S2 and domain.md section 2, transition 15.
func DefaultRules() Rules {
	const day = 24 * time.Hour
	return Rules{WithinM: 50, Within: day, SameThing: 15 * day, RecurM: 30, Recur: 15 * day, AllowanceMaxM: 100}
}

// Reach is the largest distance in metres from a report
// at which a candidate can be; it bounds the search.
func (r *Rules) Reach() float64 {
	return max(r.WithinM, r.RecurM) + r.AllowanceMaxM
}

// Kind says what a proposal proposes.
type Kind uint8

// The kinds.
const (
	Duplicate  Kind = iota + 1 // an open case of the same thing
	Recurrence                 // a closed case that has come back
)

// Proposal is a case that a report may belong to.
type Proposal struct {
	ID        string         `json:"id"`
	Kind      Kind           `json:"-"`
	DistanceM float64        `json:"distance_m"` // between the two points, geodesic
	AgeS      float64        `json:"age_s"`      // between the reports; from the closing for a recurrence
	Score     float64        `json:"score"`      // 0 to 1: how alike; for sorting, not a probability
	Reasons   []layers.Title `json:"reasons"`
}

// Propose compares seen with each candidate and returns those that may be the
// same thing, the most alike first, ties by id. Candidates of other classes,
// seen itself and cases reported after seen by more than the bounds are left out.
// It costs O(candidates).
func Propose(seen *Sighting, candidates []Sighting, r Rules) []Proposal {
	var out []Proposal
	for i := range candidates {
		if p, ok := compare(seen, &candidates[i], &r); ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func compare(seen, c *Sighting, r *Rules) (Proposal, bool) {
	if c.ID == seen.ID || c.Class != seen.Class {
		return Proposal{}, false
	}
	if seen.Object != "" && c.Object != "" && seen.Object != c.Object {
		return Proposal{}, false
	}
	same := seen.Object != "" && seen.Object == c.Object
	p := Proposal{ID: c.ID, Kind: Duplicate, DistanceM: measure.Distance(seen.Point, c.Point)}
	age, withinM, within := seen.At.Sub(c.At).Abs(), r.WithinM, r.Within
	if same {
		within = r.SameThing
	}
	if !c.Closed.IsZero() {
		p.Kind, age, withinM, within = Recurrence, seen.At.Sub(c.Closed), r.RecurM, r.Recur
	}
	allowed := withinM + min(math.Hypot(seen.AccuracyM, c.AccuracyM), r.AllowanceMaxM)
	if age < 0 || age > within || !same && p.DistanceM > allowed {
		return Proposal{}, false
	}
	p.AgeS = age.Seconds()
	alike := likeness(seen.Text, c.Text)
	p.Score = score(p.DistanceM/allowed, age.Seconds()/within.Seconds(), alike, same)
	p.Reasons = reasons(&p, seen, c, same, alike)
	return p, true
}

// score weighs nearness in space (half), in time and in words (a quarter each);
// naming the same thing counts as being at the same place.
func score(far, late, alike float64, same bool) float64 {
	if same {
		far = 0
	}
	return math.Round(1000*(0.5*(1-min(far, 1))+0.25*(1-late)+0.25*alike)) / 1000
}

func reasons(p *Proposal, seen, c *Sighting, same bool, alike float64) []layers.Title {
	out := []layers.Title{{ZH: "类别相同", EN: "the same class"}}
	if same {
		out = append(out, layers.Title{ZH: "指明同一对象", EN: "both name the same thing"})
	}
	out = append(out, layers.Title{ZH: fmt.Sprintf("相距 %.0f 米", p.DistanceM), EN: fmt.Sprintf("%.0f m apart", p.DistanceM)})
	zh, en := span(time.Duration(p.AgeS * float64(time.Second)))
	if p.Kind == Recurrence {
		out = append(out, layers.Title{ZH: "结案后 " + zh, EN: en + " after it was closed"})
	} else {
		out = append(out, layers.Title{ZH: "上报相隔 " + zh, EN: "reported " + en + " apart"})
	}
	if seen.Channel != "" && c.Channel != "" && seen.Channel != c.Channel {
		out = append(out, layers.Title{ZH: "来自不同渠道", EN: "through different channels"})
	}
	if alike >= 0.5 {
		out = append(out, layers.Title{ZH: "描述相近", EN: "described alike"})
	}
	return out
}

// span is a duration in words, in its largest unit.
func span(d time.Duration) (zh, en string) {
	switch {
	case d < time.Hour:
		n := int(d.Minutes())
		return fmt.Sprintf("%d 分钟", n), fmt.Sprintf("%d min", n)
	case d < 48*time.Hour:
		n := int(d.Hours())
		return fmt.Sprintf("%d 小时", n), fmt.Sprintf("%d h", n)
	}
	n := int(d.Hours() / 24)
	return fmt.Sprintf("%d 天", n), fmt.Sprintf("%d days", n)
}

// likeness is the Dice coefficient over the pairs of neighbouring characters of
// two texts, each pair counted once: 0 without a common pair, 1 for equal sets.
func likeness(a, b string) float64 {
	x, y := pairs(a), pairs(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	common := 0
	for p := range x {
		if y[p] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

func pairs(s string) map[[2]rune]bool {
	out := map[[2]rune]bool{}
	last := rune(-1)
	for _, r := range s {
		if last >= 0 {
			out[[2]rune{last, r}] = true
		}
		last = r
	}
	return out
}
