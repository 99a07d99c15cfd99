package duplicate_test

import (
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/duplicate"
)

var noon = time.Date(2026, 11, 16, 4, 0, 0, 0, time.UTC)

func lamp(id string, eastM float64, ago time.Duration) duplicate.Sighting {
	return duplicate.Sighting{ID: id, Class: "1102", Point: measure.Destination(orb.Point{111.28, 30.69}, 90, eastM), At: noon.Add(-ago)}
}

func ids(list []duplicate.Proposal, kind duplicate.Kind) []string {
	var out []string
	for _, p := range list {
		if p.Kind == kind {
			out = append(out, p.ID)
		}
	}
	return out
}

func TestBounds(t *testing.T) {
	closed := func(s duplicate.Sighting, ago time.Duration) duplicate.Sighting { s.Closed = noon.Add(-ago); return s }
	named := func(s duplicate.Sighting, object string) duplicate.Sighting { s.Object = object; return s }
	rough := func(s duplicate.Sighting, m float64) duplicate.Sighting { s.AccuracyM = m; return s }
	other := lamp("other class", 0, 0)
	other.Class = "1101"
	const day = 24 * time.Hour
	seen := lamp("new", 0, 0)
	for _, x := range []struct {
		name string
		seen duplicate.Sighting
		c    duplicate.Sighting
		want duplicate.Kind
	}{
		{"itself", seen, lamp("new", 0, 0), 0},
		{"another class", seen, other, 0},
		{"49 m", seen, lamp("a", 49, 0), duplicate.Duplicate},
		{"51 m", seen, lamp("a", 51, 0), 0},
		{"51 m, rough position", seen, rough(lamp("a", 51, 0), 10), duplicate.Duplicate},
		{"151 m, hopeless position", seen, rough(lamp("a", 151, 0), 5000), 0},
		{"24 h", seen, lamp("a", 0, day), duplicate.Duplicate},
		{"24 h and a minute", seen, lamp("a", 0, day+time.Minute), 0},
		{"another lamp 5 m away", named(seen, "components/1"), named(lamp("a", 5, 0), "components/2"), 0},
		{"the same lamp, 300 m off", named(seen, "components/1"), named(lamp("a", 300, 0), "components/1"), duplicate.Duplicate},
		{"the same lamp after ten days", named(seen, "components/1"), named(lamp("a", 0, 10*day), "components/1"), duplicate.Duplicate},
		{"one names a lamp, the other none", named(seen, "components/1"), lamp("a", 10, 0), duplicate.Duplicate},
		{"closed 14 days ago", seen, closed(lamp("a", 29, 20*day), 14*day), duplicate.Recurrence},
		{"closed 16 days ago", seen, closed(lamp("a", 0, 20*day), 16*day), 0},
		{"closed, 31 m", seen, closed(lamp("a", 31, 2*day), day), 0},
		{"closed after the report", seen, closed(lamp("a", 0, day), -time.Hour), 0},
	} {
		got := duplicate.Propose(&x.seen, []duplicate.Sighting{x.c}, duplicate.DefaultRules())
		switch {
		case x.want == 0 && len(got) > 0:
			t.Errorf("%s: proposed %+v", x.name, got)
		case x.want != 0 && (len(got) != 1 || got[0].Kind != x.want || len(got[0].Reasons) < 3):
			t.Errorf("%s: %+v", x.name, got)
		}
	}
}

// The nearer, the sooner and the more alike come first, and the order of the
// candidates does not matter.
func TestOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	seen := lamp("new", 0, 0)
	seen.Text = "路灯不亮，夜间很黑"
	for range 300 {
		var list []duplicate.Sighting
		for i := range 2 + r.IntN(30) {
			s := lamp(strconv.Itoa(i), r.Float64()*80, time.Duration(r.IntN(40))*time.Hour)
			if r.IntN(3) == 0 {
				s.Text = seen.Text
			}
			list = append(list, s)
		}
		got := duplicate.Propose(&seen, list, duplicate.DefaultRules())
		for i, p := range got {
			if p.Score < 0 || p.Score > 1 || i > 0 && p.Score > got[i-1].Score {
				t.Fatalf("%d of %+v", i, got)
			}
		}
		for _, s := range list { // moving one nearer never lowers its score
			before := duplicate.Propose(&seen, []duplicate.Sighting{s}, duplicate.DefaultRules())
			s.Point = orb.Point{(s.Point[0] + seen.Point[0]) / 2, s.Point[1]}
			after := duplicate.Propose(&seen, []duplicate.Sighting{s}, duplicate.DefaultRules())
			if len(before) > len(after) || len(before) == 1 && before[0].Score > after[0].Score {
				t.Fatalf("nearer, yet %+v after %+v", after, before)
			}
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := duplicate.Propose(&seen, list, duplicate.DefaultRules()); !reflect.DeepEqual(got, again) {
			t.Fatalf("the order of candidates matters: %v, %v", ids(got, duplicate.Duplicate), ids(again, duplicate.Duplicate))
		}
	}
}
