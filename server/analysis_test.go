package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server"
	"wutu/server/auth"
)

// analysed is a city with many cases whose columns are drawn without regard to each
// other: numbers must agree whatever the data.
type analysed struct {
	*city
	r     *rand.Rand
	cases []map[string]any // the columns of each, and "at"
}

var analysedDepartments = []string{"dep-light", "dep-street", "dep-none"}

func newAnalysed(t *testing.T, n int) *analysed {
	seed := leakSeed(t)
	t.Logf("WUTU_SEED=%d", seed)
	a := &analysed{city: newCity(t, true), r: rand.New(rand.NewPCG(seed, 77))}
	var states []string
	for _, s := range model.EventStates() {
		states = append(states, s.Value)
	}
	maybe := func(p float64, v any) any {
		if a.r.Float64() < p {
			return v
		}
		return nil
	}
	when := func(p float64) any {
		return maybe(p, now().Add(time.Duration(a.r.IntN(60*24*60)-50*24*60)*time.Minute))
	}
	var changes []layers.Change
	for i := range n {
		at := orb.Point{west - .002 + .044*a.r.Float64(), south - .002 + .044*a.r.Float64()}
		grid := a.r.IntN(16)
		district := pick(a.r, []string{"420502", "420503"})
		v := map[string]any{"class": pick(a.r, []string{"1102", "0301", "0302"}), "state": pick(a.r, states),
			"channel": pick(a.r, []string{"gridworker", "hotline", "video", "web"}), "reported_at": now().Add(-time.Duration(a.r.IntN(50*24*60)) * time.Minute),
			"department": maybe(.9, pick(a.r, analysedDepartments)), "department_name": maybe(.5, pick(a.r, []string{"路灯", "街道"})),
			"district": maybe(.9, district), "street": maybe(.9, district+"001"), "community": maybe(.9, district+"0010"+fmt.Sprint(1+a.r.IntN(2))),
			"grid": maybe(.9, gridID(grid)), "tier": maybe(.9, pick(a.r, []string{"street", "city"})),
			"clock_due": when(.7), "warn_at": when(.7), "due_at": when(.8), "filed_at": when(.7), "dispatched_at": when(.7), "signed_at": when(.5),
			"fed_back_at": when(.5), "closed_at": when(.4), "updated_at": when(1),
			"supervision": maybe(.5, a.r.IntN(4)), "returns": maybe(.6, a.r.IntN(3)), "reworks": maybe(.6, a.r.IntN(3)), "extensions": maybe(.6, a.r.IntN(2))}
		for k, x := range v {
			if x == nil {
				delete(v, k)
			}
		}
		id := fmt.Sprintf("case-%04d", i)
		changes = append(changes, feature("events", id, at, v))
		v["at"], v["id"] = at, id
		a.cases = append(a.cases, v)
	}
	changes = append(changes, layers.Change{Op: layers.Delete, Layer: "events", ID: "2026111542050200001"})
	a.apply(changes...)
	a.key("district", auth.Spec{Role: layers.Supervisor, Region: "420502"})
	a.key("classes", auth.Spec{Role: layers.Planner, Classes: []string{"03*"}})
	return a
}

func (c *city) key(name string, spec auth.Spec) {
	c.t.Helper()
	by := layers.SystemSubject()
	secret, _, err := auth.NewKey(c.t.Context(), c.store, spec, &by, now(), rand.NewChaCha8([32]byte{byte(len(c.keys)), 9}))
	if err != nil {
		c.t.Fatal(err)
	}
	c.keys[name] = secret
}

// filter draws a filter of cases, "" at times.
func (a *analysed) filter() string {
	list := []string{"", "class = '1102'", "class LIKE '03%'", "channel IN ('video','web') OR returns > 1", "NOT (department = 'dep-light')",
		fmt.Sprintf("S_INTERSECTS(geometry, BBOX(%.4f,%.4f,%.4f,%.4f))", west, south, west+.04*a.r.Float64(), south+.04*a.r.Float64()),
		"reported_at > TIMESTAMP('2026-10-25T00:00:00Z') AND grid IS NOT NULL"}
	return list[a.r.IntN(len(list))]
}

// count is the length of the list of two filters, asked of the collection.
func (a *analysed) count(role string, filters ...string) int {
	a.t.Helper()
	var parts []string
	for _, f := range filters {
		if f != "" {
			parts = append(parts, "("+f+")")
		}
	}
	v := url.Values{"limit": {"1"}}
	if parts != nil {
		v.Set("filter", strings.Join(parts, " AND "))
	}
	return int(a.get(role, "/ogc/collections/events/items?"+v.Encode(), 200)["numberMatched"].(float64))
}

func (a *analysed) read(role, path string, v url.Values, into any) {
	a.t.Helper()
	res, body := a.call(role, http.MethodGet, path+"?"+v.Encode(), nil)
	if res.StatusCode != 200 {
		a.t.Fatalf("%s?%s: %d %s", path, v.Encode(), res.StatusCode, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		a.t.Fatal(err)
	}
}

var dimensions = []string{"department", "district", "street", "community", "grid", "class", "tier"}

type boardNumbers struct {
	Open, Running, Soon, Overdue, Suspended int
	Supervised                              map[string]int
	WorstS                                  int64 `json:"worst_s"`
}

func (b *boardNumbers) list() []int {
	return []int{b.Open, b.Running, b.Soon, b.Overdue, b.Suspended, b.Supervised["1"], b.Supervised["2"], b.Supervised["3"]}
}

// Every number of a board is the length of the list of its filter, and the groups
// add up to the total; the totals are those of the definition.
func TestBoardCountsLists(t *testing.T) {
	a := newAnalysed(t, 400)
	open := map[string]bool{"reported": true, "verifying": true, "accepted": true, "filed": true, "dispatched": true, "handling": true,
		"fed_back": true, "checking": true, "suspended": true}
	for round := range 12 {
		role, by, filter := pick(a.r, []string{"dispatcher", "district", "classes", "planner"}), pick(a.r, dimensions), a.filter()
		if round == 0 {
			role, filter = "dispatcher", ""
		}
		var board struct {
			Total  boardNumbers
			Groups []struct {
				boardNumbers
				Key, Filter string
			}
			Filters struct {
				Open, Running, Soon, Overdue, Suspended string
				Supervised                              map[string]string
			}
		}
		a.read(role, "/api/v1/board", url.Values{"by": {by}, "filter": {filter}}, &board)
		f := board.Filters
		filters := []string{f.Open, f.Running, f.Soon, f.Overdue, f.Suspended, f.Supervised["1"], f.Supervised["2"], f.Supervised["3"]}
		sums := make([]int, len(filters))
		for i, n := range board.Total.list() {
			if got := a.count(role, filters[i]); got != n {
				t.Errorf("%s %s %q: %d cases, the list of %s has %d", role, by, filter, n, filters[i], got)
			}
		}
		for _, g := range board.Groups {
			for i, n := range g.list() {
				sums[i] += n
				if a.r.IntN(4) == 0 {
					if got := a.count(role, filters[i], g.Filter); got != n {
						t.Errorf("%s %s %q group %s: %d cases, the list of %s has %d", role, by, filter, g.Key, n, filters[i], got)
					}
				}
			}
		}
		if fmt.Sprint(sums) != fmt.Sprint(board.Total.list()) {
			t.Errorf("%s %s %q: groups add up to %v, not %v", role, by, filter, sums, board.Total.list())
		}
		if role == "dispatcher" && filter == "" {
			want, worst := make([]int, len(filters)), time.Duration(0)
			for _, c := range a.cases {
				state := c["state"].(string)
				if !open[state] {
					continue
				}
				due, hasDue := c["clock_due"].(time.Time)
				warn, hasWarn := c["warn_at"].(time.Time)
				running := state != "suspended"
				tests := []bool{true, running, running && hasDue && hasWarn && !warn.After(now()) && !due.Before(now()), running && hasDue && due.Before(now()),
					!running, c["supervision"] == 1, c["supervision"] == 2, c["supervision"] == 3}
				for i, yes := range tests {
					if yes {
						want[i]++
					}
				}
				if tests[3] {
					worst = max(worst, now().Sub(due))
				}
			}
			if fmt.Sprint(want) != fmt.Sprint(board.Total.list()) || int64(worst.Seconds()) != board.Total.WorstS {
				t.Errorf("the board says %v %d, the cases %v %v", board.Total.list(), board.Total.WorstS, want, worst)
			}
		}
	}
}

type evaluated struct {
	Rates []struct{ ID, Good string }
	Total struct {
		Rates map[string]evaluatedRate
	}
	Groups []struct {
		Key, Filter string
		Rates       map[string]evaluatedRate
	}
	Filters map[string]struct{ N, Of string }
	Missing []any
}

type evaluatedRate struct {
	N, Of int
	Value *float64
	Grade string
}

func TestEvaluationCountsLists(t *testing.T) {
	a := newAnalysed(t, 400)
	for round := range 8 {
		role, by, filter := pick(a.r, []string{"dispatcher", "district", "classes"}), pick(a.r, dimensions), a.filter()
		if round == 0 {
			role, filter = "dispatcher", ""
		}
		v := url.Values{"by": {by}, "filter": {filter}}
		from, to := now().AddDate(0, 0, -30), now()
		if a.r.IntN(2) == 0 {
			from, to = now().AddDate(0, 0, -20-a.r.IntN(20)), now().AddDate(0, 0, -a.r.IntN(10))
			v.Set("from", from.Format(time.RFC3339))
			v.Set("to", to.Format(time.RFC3339))
		}
		var e evaluated
		a.read(role, "/api/v1/evaluation", v, &e)
		if len(e.Rates) != 10 || len(e.Missing) != 0 || len(e.Filters) != 10 {
			t.Fatalf("%d rates, %d filters, missing %v", len(e.Rates), len(e.Filters), e.Missing)
		}
		for _, r := range e.Rates {
			total, filters := e.Total.Rates[r.ID], e.Filters[r.ID]
			check := func(got evaluatedRate, more string) {
				t.Helper()
				if n, of := a.count(role, filters.N, more), a.count(role, filters.Of, more); n != got.N || of != got.Of {
					t.Errorf("%s %s %s %q %q: %d of %d, the lists have %d of %d", role, by, r.ID, filter, more, got.N, got.Of, n, of)
				}
				switch {
				case got.Of == 0:
					if got.Value != nil || got.Grade != "" {
						t.Errorf("%s of nothing: %+v", r.ID, got)
					}
				case got.Value == nil || *got.Value != float64(got.N)/float64(got.Of) || got.Grade == "" || *got.Value > 1:
					t.Errorf("%s: %+v", r.ID, got)
				}
			}
			check(total, "")
			n, of := 0, 0
			for _, g := range e.Groups {
				n, of = n+g.Rates[r.ID].N, of+g.Rates[r.ID].Of
				if a.r.IntN(8) == 0 {
					check(g.Rates[r.ID], g.Filter)
				}
			}
			if n != total.N || of != total.Of {
				t.Errorf("%s: groups add up to %d of %d, not %d of %d", r.ID, n, of, total.N, total.Of)
			}
		}
		if role == "dispatcher" && filter == "" {
			a.checkRates(&e, from, to)
		}
	}
}

// checkRates works the rates out once more from the cases.
func (a *analysed) checkRates(e *evaluated, from, to time.Time) {
	a.t.Helper()
	within := func(c map[string]any, column string) bool {
		x, ok := c[column].(time.Time)
		return ok && !x.Before(from) && x.Before(to)
	}
	has := func(c map[string]any, column string) bool { _, ok := c[column]; return ok }
	some := func(c map[string]any, column string) bool { n, _ := c[column].(int); return n > 0 }
	due := func(c map[string]any) bool {
		return within(c, "due_at") && has(c, "dispatched_at") && c["state"] != "withdrawn" && c["state"] != "suspended"
	}
	over := func(c map[string]any) bool { return c["state"] == "closed" || c["state"] == "archived" }
	inTime := func(c map[string]any) bool {
		fed, ok := c["fed_back_at"].(time.Time)
		limit, bounded := c["due_at"].(time.Time)
		return ok && bounded && !fed.After(limit)
	}
	for id, rule := range map[string]struct{ of, n func(c map[string]any) bool }{
		"report":          {func(c map[string]any) bool { return within(c, "reported_at") }, func(c map[string]any) bool { return c["channel"] == "gridworker" }},
		"active":          {func(c map[string]any) bool { return within(c, "reported_at") }, func(c map[string]any) bool { return c["channel"] == "gridworker" || c["channel"] == "video" }},
		"filing":          {func(c map[string]any) bool { return within(c, "reported_at") }, func(c map[string]any) bool { return has(c, "filed_at") }},
		"dispatch":        {func(c map[string]any) bool { return within(c, "dispatched_at") }, func(c map[string]any) bool { return !some(c, "returns") }},
		"return":          {func(c map[string]any) bool { return within(c, "dispatched_at") }, func(c map[string]any) bool { return some(c, "returns") }},
		"extension":       {func(c map[string]any) bool { return within(c, "dispatched_at") }, func(c map[string]any) bool { return some(c, "extensions") }},
		"handling":        {due, inTime},
		"closing_in_time": {due, func(c map[string]any) bool { return inTime(c) && over(c) }},
		"closing":         {func(c map[string]any) bool { return within(c, "filed_at") }, over},
		"rework":          {func(c map[string]any) bool { return within(c, "fed_back_at") }, func(c map[string]any) bool { return some(c, "reworks") }},
	} {
		n, of := 0, 0
		for _, c := range a.cases {
			if rule.of(c) {
				of++
				if rule.n(c) {
					n++
				}
			}
		}
		if got := e.Total.Rates[id]; got.N != n || got.Of != of {
			a.t.Errorf("%s: %d of %d, the cases say %d of %d", id, got.N, got.Of, n, of)
		}
	}
}

type drilled struct {
	Parent struct {
		Code, Level, Filter string
		Count               int
	}
	Level    string
	Children []struct {
		Code, Name, Level, Filter string
		Count                     int
	}
	Outside       int
	OutsideFilter string `json:"outside_filter"`
	Path          []struct{ Code, Level string }
}

// Children and what is outside of them add up to the parent, for every filter, from
// the city down to the grids, and each number is the length of its list.
func TestDrillAddsUp(t *testing.T) {
	a := newAnalysed(t, 400)
	for round := range 8 {
		role, filter := pick(a.r, []string{"dispatcher", "district", "classes"}), a.filter()
		if round == 0 {
			role, filter = "dispatcher", ""
		}
		parent, asked := "", 0
		for {
			v := url.Values{"filter": {filter}, "parent": {parent}}
			var d drilled
			a.read(role, "/api/v1/drill", v, &d)
			sum := d.Outside
			for _, c := range d.Children {
				sum += c.Count
				if c.Level != d.Level || c.Code == "" {
					t.Errorf("%+v", c)
				}
				if role == "dispatcher" && filter == "" {
					n := 0
					for _, x := range a.cases {
						if x[d.Level] == c.Code && (parent == "" || x[d.Parent.Level] == parent) {
							n++
						}
					}
					if n != c.Count {
						t.Errorf("%d cases in %s of %q, counted %d", n, c.Code, parent, c.Count)
					}
				}
				if got := a.count(role, c.Filter); got != c.Count {
					t.Errorf("%s %q in %q: %d cases in %s, the list has %d", role, filter, parent, c.Count, c.Code, got)
				}
			}
			if sum != d.Parent.Count || a.count(role, d.Parent.Filter) != d.Parent.Count || a.count(role, d.OutsideFilter) != d.Outside {
				t.Errorf("%s %q: %s has %d, its children %d and %d outside", role, filter, parent, d.Parent.Count, sum-d.Outside, d.Outside)
			}
			if d.Path[0].Level != "city" || d.Path[len(d.Path)-1].Code != parent {
				t.Errorf("the path to %q is %v", parent, d.Path)
			}
			if asked++; d.Level == "" && asked != 5 {
				t.Errorf("%d levels down to %s", asked, parent)
			}
			if len(d.Children) == 0 {
				break
			}
			parent = d.Children[a.r.IntN(len(d.Children))].Code
		}
	}
	var own, city drilled
	a.read("district", "/api/v1/drill", url.Values{}, &own)
	if own.Parent.Code != "420502" || own.Level != "street" {
		t.Errorf("a district's own level is %+v", own.Parent)
	}
	a.read("dispatcher", "/api/v1/drill", url.Values{"level": {"grid"}}, &city)
	if city.Parent.Level != "city" || len(city.Children) != 16 {
		t.Errorf("%d grids in the %s", len(city.Children), city.Parent.Level)
	}
	for _, path := range []string{"/api/v1/drill?parent=nowhere", "/api/v1/drill?parent=420502&level=district", "/api/v1/board?by=colour",
		"/api/v1/board?filter=nothing%3D1", "/api/v1/evaluation?from=yesterday", "/api/v1/evaluation?from=2027-01-01T00:00:00Z", "/api/v1/hotspots?by=h3:15",
		"/api/v1/hotspots?by=class", "/api/v1/replay?from=2026-01-01T00:00:00Z", "/api/v1/replay?bbox=1,2"} {
		a.get("dispatcher", path, 400)
	}
	for _, path := range []string{"/api/v1/board", "/api/v1/evaluation", "/api/v1/drill", "/api/v1/hotspots", "/api/v1/replay"} {
		for role, status := range map[string]int{"auditor": 404, "public": 404, "sysadmin": 404} {
			if res, body := a.call(role, http.MethodGet, path, nil); res.StatusCode != status {
				t.Errorf("%s for %q: %d %.200s", path, role, res.StatusCode, body)
			}
		}
	}
}

// A burst in one cell is found; the count of each cell is the list of its filter.
func TestHotspotsFindTheBurst(t *testing.T) {
	a := newAnalysed(t, 400)
	var changes []layers.Change
	for i := range 30 {
		changes = append(changes, feature("events", fmt.Sprintf("burst-%02d", i), at(5, .5+a.r.Float64()*.01, .5+a.r.Float64()*.01), map[string]any{"class": "1102",
			"state": "reported", "grid": gridID(5), "reported_at": now().Add(-time.Duration(a.r.IntN(6*24*60)) * time.Minute)}))
	}
	a.apply(changes...)
	for _, by := range []string{"h3:8", "h3:9", "grid"} {
		var h struct {
			Cells []struct {
				Key, H3, Filter string
				Count           int
				Expected, P, Q  float64
				Center          []float64
				Ring            [][]float64
			}
			Events, Tested int
			Filter         string
		}
		a.read("dispatcher", "/api/v1/hotspots", url.Values{"by": {by}, "class": {"1102"}}, &h)
		if len(h.Cells) == 0 || h.Cells[0].Count < 10 || h.Cells[0].Q > .05 || h.Cells[0].Expected > 15 {
			t.Fatalf("by %s: %+v", by, h)
		}
		if by == "grid" && h.Cells[0].Key != gridID(5) || by != "grid" && (h.Cells[0].H3 == "" || len(h.Cells[0].Center) != 2 || len(h.Cells[0].Ring) < 6) {
			t.Errorf("by %s: %+v", by, h.Cells[0])
		}
		if got := a.count("dispatcher", h.Filter); got != h.Events {
			t.Errorf("by %s: %d cases in the window, the list has %d", by, h.Events, got)
		}
		for _, c := range h.Cells {
			if got := a.count("dispatcher", c.Filter); got != c.Count {
				t.Errorf("by %s: %d cases in %s, the list has %d", by, c.Count, c.Key, got)
			}
		}
	}
}

// A city whose cases lack columns is told so.
func TestAnalysisWithoutColumns(t *testing.T) {
	c := &city{t: t, store: memstore.NewWithClock(now), keys: map[string]string{}}
	old := *model.Lookup(model.Events)
	old.Fields = slices.DeleteFunc(slices.Clone(old.Fields), func(f layers.Field) bool {
		return !slices.Contains([]string{"case_no", "class", "class_name", "state", "reported_at", "channel"}, f.Name)
	})
	b := layers.Batch{At: now(), Layers: []*layers.Layer{&old}}
	if _, err := c.store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.live, err = live.Open(t.Context(), c.store, live.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.live.Close() })
	s, err := server.New(server.Options{City: c.live, Records: c.store, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	c.http = httptest.NewServer(inspected(t, s))
	t.Cleanup(c.http.Close)
	c.key("dispatcher", auth.Spec{Role: layers.Dispatcher})
	for path, column := range map[string]string{"/api/v1/board": "clock_due", "/api/v1/board?by=class": "clock_due", "/api/v1/drill": "district",
		"/api/v1/replay": "closed_at", "/api/v1/evaluation": "department"} {
		p := c.get("dispatcher", path, 400)
		if said := fmt.Sprint(p["detail"]); !strings.Contains(said, "have no column") {
			t.Errorf("%s: %v", path, p)
		}
		if said := fmt.Sprint(p); column != "clock_due" && !strings.Contains(said, column) {
			t.Errorf("%s: %v does not name %s", path, p, column)
		}
	}
	e := c.get("dispatcher", "/api/v1/evaluation?by=class", 200)
	if n, missing := len(e["rates"].([]any)), len(e["missing"].([]any)); n != 2 || missing != 8 {
		t.Errorf("%d rates, %d missing", n, missing)
	}
	c.get("dispatcher", "/api/v1/hotspots", 400) // no history
}
