package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server"
)

// leakPolicies is how many policies the leakage test generates; make leaks sets
// WUTU_LEAKS to 200.
const leakPolicies = 8

func leakSeed(t *testing.T) uint64 {
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return uint64(time.Now().UnixNano())
}

// TestLeakage asks two servers the same questions: over one city, and over one
// that differs from it by what the asker must not learn of. Status, headers and
// body must be the same. Then what is forbidden changes in one of the servers,
// and every answer, tag and cursor must stay, every tile must come from the
// cache, and a stream that was open before must say nothing.
func TestLeakage(t *testing.T) {
	n := leakPolicies
	if s := os.Getenv("WUTU_LEAKS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := leakSeed(t)
	t.Logf("WUTU_SEED=%d WUTU_LEAKS=%d", seed, n)
	var failed atomic.Int32
	for i := range n {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if failed.Load() >= 2 {
				t.Skip("two policies have failed: that is enough to look at")
			}
			newLeak(t, rand.New(rand.NewPCG(seed, uint64(i)))).run()
			if t.Failed() {
				failed.Add(1)
			}
		})
	}
}

// leak is the test of one policy.
type leak struct {
	*prober
	t         *testing.T
	city      []*thing // of both
	other     []*thing // of world b
	a, b      *world
	questions []question
	witnessed bool
	wrong     int
}

// question is a request with what is to be done with it.
type question struct {
	request
	route string
	once  bool
	first answer // in world a, before the change
}

func newLeak(t *testing.T, r *rand.Rand) *leak {
	f := &founder{Rand: r}
	l := &leak{t: t, prober: &prober{founder: f}, city: f.things()}
	a := &asker{conditions: map[string]condition{}}
	spec := f.spec()
	if spec != nil {
		a.role, a.region, a.department, a.purpose, a.layers, a.fields, a.classes, a.from, a.to = spec.Role, spec.Region, spec.Department,
			spec.Purpose, spec.Layers, spec.Fields, spec.Classes, spec.From, spec.To
	}
	a.lines = slices.DeleteFunc(f.lines(a.conditions), func(g layers.Grant) bool { return !fits(&g, a.conditions) })
	l.asker = a
	seed := byte(r.IntN(256))
	l.a = newWorld(t, a, spec, a.lines, l.city, seed) // and now the asker has its id and clearance
	l.other = f.variant(a, l.city)
	l.b = newWorld(t, a, spec, a.lines, l.other, seed)
	l.things = slices.Concat(l.city, l.other)
	l.witnessed = f.chance(.5)
	return l
}

func (l *leak) run() {
	l.draw()
	l.compare()
	if l.wrong == 0 {
		l.change()
	}
	if l.wrong > 0 {
		text, _ := json.Marshal(l.asker.lines)
		a := l.asker
		l.t.Logf("asker %v %q cleared %v, purpose %q, region %q, department %q, layers %v, fields %v, classes %v, from %v to %v: %s", a.role, a.id, a.cleared,
			a.purpose, a.region, a.department, a.layers, a.fields, a.classes, a.from, a.to, text)
	}
}

func (l *leak) draw() {
	routes := make([]string, 0, len(probings))
	for route := range probings {
		routes = append(routes, route)
	}
	slices.Sort(routes)
	for _, route := range routes {
		if l.witnessed && route == "GET /metrics" {
			continue
		}
		for range probings[route].each {
			l.questions = append(l.questions, question{request: probings[route].draw(l.prober), route: route, once: probings[route].once})
		}
	}
}

func (l *leak) report(what string, q *question, difference string) {
	l.t.Helper()
	if l.wrong++; l.wrong <= 2 {
		l.t.Errorf("%s: %s: %s", what, &q.request, difference)
	}
}

var nextLink = regexp.MustCompile(`"href":"([^"]*)","rel":"next"|"rel":"next","type":"[^"]*","href":"([^"]*)"`)

// compare asks both worlds. Where an answer has a next page or a tag, that is
// asked for too. In every second policy a witness who sees everything asks first: what
// is kept for them must not reach the asker. In the others /metrics is asked, which
// counts the witness's answers too.
func (l *leak) compare() {
	for i := 0; i < len(l.questions) && l.wrong < 4; i++ {
		q := l.questions[i]
		if l.witnessed && (strings.HasPrefix(q.path, "/tiles/") || q.route == "GET /api/v1/search") {
			l.a.ask(&q.request, l.a.witness)
			l.b.ask(&q.request, l.b.witness)
		}
		for round := range 2 { // the first answer to a new scope is not kept
			if q.once && round > 0 {
				break
			}
			a, b := l.a.ask(&q.request, l.a.secret), l.b.ask(&q.request, l.b.secret)
			if d := a.ranked().differs(b.ranked()); d != "" {
				l.report("two worlds", &q, d)
			}
			q.first = a
		}
		l.plausible(&q)
		l.questions[i].first = q.first
		if m := nextLink.FindStringSubmatch(q.first.body); m != nil && len(l.questions) < 600 {
			path := strings.TrimPrefix(strings.ReplaceAll(m[1]+m[2], `\u0026`, "&"), "http://city.example")
			l.questions = append(l.questions, question{request: request{method: http.MethodGet, path: path}, route: q.route})
		}
		if tag := q.first.header.Get("ETag"); tag != "" && q.header["If-None-Match"] == nil {
			l.questions = append(l.questions, question{request: request{method: q.method, path: q.path,
				header: http.Header{"If-None-Match": {tag}, "Accept-Encoding": q.header["Accept-Encoding"]}}, route: q.route})
		}
	}
}

// plausible holds an answer against the oracle alone: a question about a layer
// that the asker may not list is refused, and no count is small.
func (l *leak) plausible(q *question) {
	if q.first.status >= 500 {
		l.report("an error of the server", q, fmt.Sprint(q.first.status, q.first.body))
	}
	if q.header["If-None-Match"] != nil && strings.HasPrefix(q.path, "/tiles/") && q.first.status != http.StatusNotModified {
		l.report("tag", q, fmt.Sprint(q.first.status))
	}
	if q.first.status != http.StatusOK {
		return
	}
	if layer, ok := layerOf(q); ok && populationOf(layer) >= 0 {
		if mode := l.asker.mode(layer); mode == layers.GrantHidden || mode == layers.GrantCounts && !strings.Contains(q.path, "/hex/") {
			l.report("a layer that may not be listed", q, q.first.body[:min(300, len(q.first.body))])
		}
	}
	if q.route == "GET /ogc/collections/{layer}/items/{id}" {
		layer, _ := layerOf(q)
		for _, th := range l.things {
			if th.layer == layer && strings.HasSuffix(strings.Split(q.path, "?")[0], "/"+th.id) && l.asker.see(th) == forbidden {
				l.report("a forbidden feature", q, q.first.body)
				break
			}
		}
	}
	l.large(q)
}

func layerOf(q *question) (string, bool) {
	for _, prefix := range []string{"/ogc/collections/", "/tiles/", "/api/v1/features/", "/api/v1/near?", "/api/v1/route/nearest?"} {
		if rest, ok := strings.CutPrefix(q.path, prefix); ok {
			if i := strings.Index(rest, "layer="); strings.HasSuffix(prefix, "?") && i >= 0 {
				rest = rest[i+len("layer="):]
			}
			return rest[:strings.IndexAny(rest+"/", "/.?&,")], true
		}
	}
	return "", false
}

// large checks that of a layer with counts only no number below the threshold is
// told, nor zero.
func (l *leak) large(q *question) {
	var told struct {
		Counts map[string]*int // within
		Groups []struct {      // stats, related
			Layer string
			Count *int
		}
		Layers []struct {
			ID    string
			Count *int
		}
	}
	if json.Unmarshal([]byte(q.first.body), &told) != nil {
		return
	}
	check := func(layer string, n *int) {
		if n != nil && populationOf(layer) >= 0 && l.asker.mode(layer) == layers.GrantCounts && *n < layers.DefaultMinCount {
			l.report("a small count", q, fmt.Sprint(layer, *n))
		}
	}
	for layer, n := range told.Counts {
		check(layer, n)
	}
	for _, g := range told.Groups {
		check(g.Layer, g.Count)
	}
	for _, d := range told.Layers {
		check(d.ID, d.Count)
	}
}

// change turns what is forbidden in world a into that of world b and asks again.
func (l *leak) change() {
	var again []*question
	start := server.TileStats(l.a.server)
	for i := range l.questions {
		q := &l.questions[i]
		if q.once {
			continue
		}
		q.first = l.a.ask(&q.request, l.a.secret) // events may have been asked for before something was opened
		again = append(again, q)
	}
	stream := l.open()
	before := server.TileStats(l.a.server)
	if _, err := l.a.live.Apply(l.t.Context(), l.difference()); err != nil {
		l.t.Fatal(err)
	}
	if err := l.a.live.Publish(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	for _, q := range again {
		if d := q.first.differs(l.a.ask(&q.request, l.a.secret)); d != "" {
			l.report("after a forbidden change", q, d)
		}
	}
	if after := server.TileStats(l.a.server); after.Renders-before.Renders != before.Renders-start.Renders || after.Entries != before.Entries { // those that fail are tried again
		l.report("tiles are drawn again after a forbidden change", &question{}, fmt.Sprintf("%+v, %+v and %+v", start, before, after))
	}
	if stream != nil {
		stream.end(l)
	}
}

// difference is the batch that turns the forbidden things of city into those of
// other, with fewer than the threshold of things that are counted.
func (l *leak) difference() layers.Batch {
	b := layers.Batch{Actor: "test", At: now().Add(time.Second)}
	was := map[string]*thing{}
	for _, th := range l.city {
		was[th.layer+"/"+th.id] = th
	}
	is := map[string]bool{}
	for _, th := range l.other {
		key := th.layer + "/" + th.id
		is[key] = true
		if l.asker.see(th) == forbidden && (was[key] == nil || l.asker.see(was[key]) == forbidden) {
			b.Changes = append(b.Changes, th.change())
		}
	}
	for _, th := range l.city {
		if !is[th.layer+"/"+th.id] && l.asker.see(th) == forbidden {
			b.Changes = append(b.Changes, layers.Change{Op: layers.Delete, Layer: th.layer, ID: th.id})
		}
	}
	for i, p := range population {
		if l.asker.mode(p.layer) != layers.GrantCounts || l.asker.conditional(p.layer) || p.layer == "departments" {
			continue
		}
		number := 0
		for _, th := range l.city {
			if th.layer == p.layer {
				number++
			}
		}
		few := layers.DefaultMinCount - 1
		if number <= few { // not published yet
			few -= number
		}
		for range few {
			b.Changes = append(b.Changes, l.thing(i).change())
		}
	}
	return b
}
