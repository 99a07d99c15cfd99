package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/export"
	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server"
	"wutu/server/auth"
	"wutu/tiles"
	"wutu/tiles/mvt"
)

// agreeing is a city whose every answer to a cleared subject is compared.
type agreeing struct {
	t     *testing.T
	r     *rand.Rand
	store *memstore.Store
	url   string
	key   string
	now   time.Time
}

const agreeWest, agreeSouth, agreeCell = 111.27, 30.67, 0.01 // degrees; four by four grids

func newAgreeing(t *testing.T) *agreeing {
	r := geotest.Rand(t)
	a := &agreeing{t: t, r: r, now: time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC)}
	a.store = memstore.NewWithClock(func() time.Time { return a.now })
	b := layers.Batch{Layers: model.Layers(), At: a.now}
	put := func(layer, id string, g orb.Geometry, values map[string]layers.Value) {
		l := model.Lookup(layer)
		f := &layers.Feature{Key: id, Shape: g, Values: make([]layers.Value, len(l.Fields))}
		for name, v := range values {
			f.Values[l.FieldIndex(name)] = v
		}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: id, Feature: f})
	}
	area := func(layer, code string, x, y, w, h int) {
		low := orb.Point{agreeWest + float64(x)*agreeCell, agreeSouth + float64(y)*agreeCell}
		high := orb.Point{agreeWest + float64(x+w)*agreeCell, agreeSouth + float64(y+h)*agreeCell}
		put(layer, code, orb.MultiPolygon{orb.Bound{Min: low, Max: high}.ToPolygon()},
			map[string]layers.Value{"code": layers.Text(code), "name": layers.Text("区" + code)})
	}
	for d := range 2 {
		code := fmt.Sprintf("42050%d", d+2)
		area("districts", code, 2*d, 0, 2, 4)
		area("streets", code+"001", 2*d, 0, 2, 4)
		for q := range 2 {
			area("communities", fmt.Sprintf("%s0010%d", code, q+1), 2*d, 2*q, 2, 2)
		}
	}
	for n := range 16 {
		area("grids", fmt.Sprintf("4205020010100%02d", n), n%4, n/4, 1, 1)
	}
	pick := func(list ...string) layers.Value { return layers.Text(list[r.IntN(len(list))]) }
	place := func() orb.Point {
		if r.IntN(8) == 0 { // on the border of grids
			return orb.Point{agreeWest + float64(r.IntN(5))*agreeCell, agreeSouth + 4*agreeCell*r.Float64()}
		}
		return orb.Point{agreeWest + 4*agreeCell*r.Float64(), agreeSouth + 4*agreeCell*r.Float64()}
	}
	for i := range 400 {
		id := fmt.Sprintf("%04d", i)
		put(model.Persons, "p"+id, place(), map[string]layers.Value{"name": layers.Text("居民" + id), "sex": pick("male", "female"),
			"kind": pick("registered", "migrant", "foreign"), "care": pick("alone", "aged", "disabled"),
			"birth": layers.Instant(a.now.AddDate(0, 0, -r.IntN(30000)))})
		put(model.Households, "h"+id, place(), map[string]layers.Value{"kind": pick("single", "couple", "family"), "members": layers.Int(int64(1 + r.IntN(6)))})
		put(model.Enterprises, "e"+id, place(), map[string]layers.Value{"name": pick("江城科技", "滨江贸易", "云山食品"),
			"legal_person": layers.Text("法人" + id)})
	}
	a.putEvents(put, pick, place)
	a.must(a.store.Apply(t.Context(), b))
	by := layers.SystemSubject()
	secret, key, err := auth.NewKey(t.Context(), a.store, auth.Spec{Role: layers.Commander}, &by, a.now, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	a.key = secret
	policy, err := json.Marshal(auth.Policy{Version: 1, Grants: []layers.Grant{
		{ID: "cleared", Accounts: []string{key.ID}, Mode: layers.GrantList, Show: []string{"*"}}}})
	if err != nil {
		t.Fatal(err)
	}
	a.must(a.store.Apply(t.Context(), layers.Batch{Records: []layers.Record{{Bucket: auth.PolicyBucket, Key: "policy", Data: policy}}}))
	catalog, err := live.Open(t.Context(), a.store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { catalog.Close() })
	s, err := server.New(server.Options{City: catalog, Records: a.store, Now: func() time.Time { return a.now }, Rand: rand.NewChaCha8([32]byte{2}),
		Code: "420500", Heartbeat: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	a.url = h.URL
	return a
}

func (a *agreeing) must(_ uint64, err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// filter draws a filter of a layer; it always limits to a region or a condition.
func (a *agreeing) filter(layer string) string {
	var list []string
	switch layer {
	case model.Persons:
		day := a.now.AddDate(0, 0, -a.r.IntN(30000)).Format("2006-01-02")
		list = []string{"sex='male'", "NOT kind='registered'", "kind IN ('migrant','foreign')", "care='alone' OR sex='female'",
			"name LIKE '%" + fmt.Sprint(a.r.IntN(10)) + "'", "T_AFTER(birth, DATE('" + day + "'))", "birth < DATE('" + day + "') AND care<>'aged'"}
	case model.Households:
		list = []string{"members>3", "members BETWEEN 2 AND 4", "kind='single' OR members=6", "NOT kind='family'"}
	default:
		list = []string{"name LIKE '江%'", "name<>'云山食品'", "legal_person LIKE '%7'"}
	}
	text := list[a.r.IntN(len(list))]
	if a.r.IntN(2) == 0 {
		c := orb.Point{agreeWest + 4*agreeCell*a.r.Float64(), agreeSouth + 4*agreeCell*a.r.Float64()}
		var corners []string
		for _, p := range geotest.Star(a.r, c, 0.025*a.r.Float64(), 7) {
			corners = append(corners, fmt.Sprintf("%v %v", p[0], p[1]))
		}
		text = "(" + text + ") AND S_INTERSECTS(geometry, POLYGON((" + strings.Join(corners, ",") + ")))"
	}
	return text
}

// call returns the body of an answer.
func (a *agreeing) call(method, path string, body any) []byte {
	a.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			a.t.Fatal(err)
		}
		r = strings.NewReader(string(b))
	}
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	if !strings.HasPrefix(path, "http") {
		path = a.url + path
	}
	req, err := http.NewRequestWithContext(ctx, method, path, r)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") { // to the end of the snapshot
		var b []byte
		for one := make([]byte, 4096); ; {
			n, err := res.Body.Read(one)
			b = append(b, one[:n]...)
			if _, rest, ok := strings.Cut(string(b), "event: snapshot\n"); ok {
				if data, _, ok := strings.Cut(rest, "\n\n"); ok {
					_, data, _ = strings.Cut(data, "data: ")
					return []byte(data)
				}
			}
			if err != nil {
				a.t.Fatalf("%s: %v", path, err)
			}
		}
	}
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 && res.StatusCode != 204 {
		a.t.Fatalf("%s: %d %v %s", path, res.StatusCode, err, b)
	}
	return b
}

func (a *agreeing) read(b []byte, into any) {
	a.t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		a.t.Fatalf("%v in %s", err, b)
	}
}

type agreedList struct {
	Features []struct {
		ID string `json:"id"`
	} `json:"features"`
	Matched int `json:"numberMatched"`
	Links   []struct{ Rel, Href string }
}

func (l *agreedList) ids() []string {
	out := []string{}
	for _, f := range l.Features {
		out = append(out, f.ID)
	}
	slices.Sort(out)
	return out
}

// tiles adds up the own cells of hexagons, or the points, of all tiles of a zoom
// over the city. ids are those of points drawn alone, not many as one.
func (a *agreeing) tiles(layer, filter string, z tiles.Zoom, hex bool) (ids []string, sum int) {
	low, _ := tiles.At(orb.Point{agreeWest - agreeCell, agreeSouth + 5*agreeCell}, z)
	high, _ := tiles.At(orb.Point{agreeWest + 5*agreeCell, agreeSouth - agreeCell}, z)
	path := "/tiles/" + layer
	if hex {
		path += "/hex"
	}
	for x := low.X; x <= high.X; x++ {
		for y := low.Y; y <= high.Y; y++ {
			list, err := mvt.Decode(a.call("GET", fmt.Sprintf("%s/%d/%d/%d.mvt?filter=%s", path, z, x, y, url.QueryEscape(filter)), nil))
			if err != nil {
				a.t.Fatal(err)
			}
			for _, l := range list {
				for i := range l.Features {
					f := &l.Features[i]
					many := f.Get("count").Any()
					if !hex {
						many = f.Get("point_count").Any()
					}
					n := 1
					if many != nil {
						if _, err := fmt.Sscan(fmt.Sprint(many), &n); err != nil {
							a.t.Fatal(err)
						}
					} else {
						ids = append(ids, fmt.Sprint(f.Get("id").Any()))
					}
					if !hex || f.Get("own").Any() == true {
						sum += n
					}
				}
			}
		}
	}
	slices.Sort(ids)
	return ids, sum
}

// Whoever is cleared gets the same features, to the last one, whichever way it
// asks: for 1,000 filters, against a store that tries every feature.
func TestAnswersAgree(t *testing.T) {
	a := newAgreeing(t)
	for range 1000 {
		layer := []string{model.Persons, model.Households, model.Enterprises}[a.r.IntN(3)]
		a.agree(layer, a.filter(layer))
	}
}

// agree asks for the features of a layer with a filter in every way there is.
func (a *agreeing) agree(layer, filter string) {
	a.t.Helper()
	e, err := cql2.Parse(filter)
	if err != nil {
		a.t.Fatal(err)
	}
	want := []string{}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: layer, Filter: e}
	for f, err := range a.store.Read(a.t.Context(), q) {
		if err != nil {
			a.t.Fatal(err)
		}
		want = append(want, f.Key)
	}
	slices.Sort(want)
	same := func(how string, got []string) {
		a.t.Helper()
		if !slices.Equal(want, got) {
			a.t.Fatalf("%s %s: %s has %d features, the city %d", layer, filter, how, len(got), len(want))
		}
	}
	count := func(how string, n int) {
		a.t.Helper()
		if n != len(want) {
			a.t.Fatalf("%s %s: %s has %d, the city %d", layer, filter, how, n, len(want))
		}
	}
	var file strings.Builder
	n, err := export.Write(a.t.Context(), &file, a.store, export.Options{Query: q, Format: "geojson"})
	if err != nil {
		a.t.Fatal(err)
	}
	var list agreedList
	a.read([]byte(file.String()), &list)
	count("export", int(n))
	same("export", list.ids())

	var all agreedList
	for path := fmt.Sprintf("/ogc/collections/%s/items?limit=%d&filter=%s", layer, 40+a.r.IntN(200), url.QueryEscape(filter)); path != ""; {
		var page agreedList
		a.read(a.call("GET", path, nil), &page)
		count("numberMatched", page.Matched)
		all.Features = append(all.Features, page.Features...)
		path = ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				path = l.Href
			}
		}
	}
	same("the list by pages", all.ids())

	field := map[string]string{model.Enterprises: "field:name", model.Events: "field:state"}[layer]
	for _, by := range []string{"none", "district", "street", "community", "grid", fmt.Sprintf("h3:%d", a.r.IntN(16)), cmp.Or(field, "field:kind")} {
		var out struct{ Groups []struct{ Count *int } }
		a.read(a.call("POST", "/api/v1/stats", map[string]any{"layers": []string{layer}, "filter": filter, "by": by}), &out)
		sum := 0
		for _, g := range out.Groups {
			if g.Count == nil {
				a.t.Fatalf("%s by %s: a count is withheld", layer, by)
			}
			sum += *g.Count
		}
		count("stats by "+by, sum)
	}
	world := map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{111, 30}, {112, 30}, {112, 31}, {111, 31}, {111, 30}}}}
	var within struct{ Counts map[string]int }
	a.read(a.call("POST", "/api/v1/within", map[string]any{"geometry": world, "layers": []string{layer}, "filter": filter}), &within)
	count("within", within.Counts[layer])

	z := tiles.Zoom(11 + a.r.IntN(3))
	_, sum := a.tiles(layer, filter, z, true)
	count(fmt.Sprintf("hexagons of zoom %d", z), sum)
	drawn, sum := a.tiles(layer, filter, z, false)
	count(fmt.Sprintf("tiles of zoom %d", z), sum)
	for i, id := range drawn {
		if _, ok := slices.BinarySearch(want, id); !ok || i > 0 && drawn[i-1] == id {
			a.t.Fatalf("%s %s: the tiles draw %s twice, or without need", layer, filter, id)
		}
	}

	var snapshot struct{ Features agreedList }
	a.read(a.call("GET", "/api/v1/stream?snapshot=true&layers="+layer+"&filter="+url.QueryEscape(filter), nil), &snapshot)
	same("the stream", snapshot.Features.ids())
}
