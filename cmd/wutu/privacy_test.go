package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wutu/tiles/mvt"
)

// A resident is a person the tests put into the city to be found, or not. Every
// value is one that nothing else in the city has.
type resident struct {
	id, household          string
	name, citizenID, phone string
	address, room          string
	building, grid         string // as the city has them
	lon, lat               float64
}

// hidden are the texts that tell of the resident: in no answer to a subject
// without clearance.
func (r *resident) hidden() []string {
	return []string{r.id, r.household, r.name, r.citizenID, r.phone, r.address, r.room,
		fmt.Sprintf("%.7f", r.lon), fmt.Sprintf("%.7f", r.lat)}
}

// features are the person and the household, as GeoJSON lines.
func (r *resident) person() map[string]any {
	return map[string]any{"type": "Feature", "id": r.id, "geometry": map[string]any{"type": "Point", "coordinates": []float64{r.lon, r.lat}},
		"properties": map[string]any{"name": r.name, "citizen_id": r.citizenID, "sex": "female", "kind": "registered", "household": r.household,
			"address": r.address, "room": r.room, "building": r.building, "grid": r.grid, "phone": r.phone, "care": "alone"}}
}

func (r *resident) home() map[string]any {
	return map[string]any{"type": "Feature", "id": r.household, "geometry": map[string]any{"type": "Point", "coordinates": []float64{r.lon, r.lat}},
		"properties": map[string]any{"address": r.address, "room": r.room, "members": 1, "kind": "single", "building": r.building, "grid": r.grid}}
}

// firm is an enterprise of the resident's, in a layer that everybody on duty may
// list: the name of the person behind it is as hidden as the person.
func (r *resident) firm() map[string]any {
	return map[string]any{"type": "Feature", "id": "f" + r.id[7:], "geometry": map[string]any{"type": "Point", "coordinates": []float64{r.lon + 0.0001, r.lat + 0.00001}},
		"properties": map[string]any{"name": "路口杂货店", "building": r.building, "grid": r.grid, "legal_person": r.name, "phone": r.phone}}
}

// importFeatures puts features into a layer by a process of its own.
func importFeatures(t *testing.T, dir, layer string, features ...map[string]any) {
	t.Helper()
	var b bytes.Buffer
	for _, f := range features {
		if err := json.NewEncoder(&b).Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), layer+".geojsonseq")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := process(t.Context(), "import", file, "--layer", layer, "--data", dir, "--json")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("import into %s: %v", layer, err)
	}
	var sum importSum
	lastJSON(t, string(out), &sum)
	if sum.Stored != len(features) {
		t.Fatalf("import into %s: %+v", layer, sum)
	}
}

// smallHouse finds a building that few people live in, and where they do.
func smallHouse(t *testing.T, dir string) (building, grid string, lon, lat float64, people int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "persons")
	mustRun(t, "export", "persons", "--data", dir, "--format", "geojsonseq", "-o", file)
	lives := map[string][]featureDoc{}
	for _, f := range readGeoJSON(t, file, "geojsonseq") {
		b, _ := f.Properties["building"].(string)
		lives[b] = append(lives[b], f)
	}
	for _, id := range slices.Sorted(maps.Keys(lives)) {
		f := lives[id]
		if id == "" || len(f) < 2 || len(f) > 6 {
			continue
		}
		var at [2]float64
		if err := json.Unmarshal(f[0].Geometry.Coordinates, &at); err != nil {
			t.Fatal(err)
		}
		grid, _ = f[0].Properties["grid"].(string)
		return id, grid, at[0], at[1], len(f)
	}
	t.Fatal("no small house")
	return
}

// probe is a request that shows a resident to who is cleared.
type probe struct {
	name, path string
	body       any  // makes it a POST
	wide       bool // asks for layers beside persons and households
	scrub      bool // the request names the resident, and a problem repeats its address
	hex        bool // the answer is a tile of hexagons
	exact      bool // what it finds tells of the resident, although it names nobody
	finds      string
}

func probes(r *resident, people int) []probe {
	q := url.QueryEscape
	const d = 0.00004 // four metres
	box := fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", r.lon-d, r.lat-d, r.lon+d, r.lat+d)
	ring := [][2]float64{{r.lon - d, r.lat - d}, {r.lon + d, r.lat - d}, {r.lon + d, r.lat + d}, {r.lon - d, r.lat + d}, {r.lon - d, r.lat - d}}
	for i := range ring { // an echo of the question is no find
		ring[i] = [2]float64{float64(int(ring[i][0]*1e5)) / 1e5, float64(int(ring[i][1]*1e5)) / 1e5}
	}
	around := map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}
	near := fmt.Sprintf("lon=%.5f&lat=%.5f", r.lon, r.lat)
	persons := []string{"persons"}
	house := "building = '" + r.building + "'"
	counted := fmt.Sprintf(`"count":%d`, people)
	return []probe{
		{name: "collections", path: "/ogc/collections", finds: `"id":"persons"`, exact: true},
		{name: "collection", path: "/ogc/collections/persons", finds: `"id":"persons"`, exact: true},
		{name: "items in a box", path: "/ogc/collections/persons/items?bbox=" + box, finds: r.name},
		{name: "items by name", path: "/ogc/collections/persons/items?filter=" + q("name = '"+r.name+"'"), finds: r.name},
		{name: "items by number", path: "/ogc/collections/persons/items?filter=" + q("citizen_id = '"+r.citizenID+"'"), finds: r.name},
		{name: "items by a public field", path: "/ogc/collections/persons/items?filter=" + q(house), finds: r.name},
		{name: "items by id", path: "/ogc/collections/persons/items?ids=" + r.id, finds: r.name},
		{name: "item", path: "/ogc/collections/persons/items/" + r.id, finds: r.name, scrub: true},
		{name: "household", path: "/ogc/collections/households/items/" + r.household, finds: r.address, scrub: true},
		{name: "households in a box", path: "/ogc/collections/households/items?bbox=" + box, finds: r.address},
		{name: "tile", path: tilePath("persons", r.lon, r.lat, 16), finds: r.id},
		{name: "tile of households", path: tilePath("households", r.lon, r.lat, 16), finds: r.household},
		{name: "tile of several layers", path: tilePath("buildings,persons", r.lon, r.lat, 16), finds: r.id, wide: true},
		{name: "filtered tile", path: tilePath("persons", r.lon, r.lat, 16) + "?filter=" + q("name = '"+r.name+"'"), finds: r.id},
		{name: "hexagons", path: tilePath("persons/hex", r.lon, r.lat, 15), hex: true},
		{name: "filtered hexagons", path: tilePath("persons/hex", r.lon, r.lat, 15) + "?filter=" + q("name = '"+r.name+"'"), hex: true},
		{name: "TileJSON", path: "/tiles/persons.json", finds: `"persons"`, exact: true},
		{name: "TileJSON of several layers", path: "/tiles/buildings,persons.json", finds: `"persons"`, exact: true, wide: true},
		{name: "near", path: "/api/v1/near?layer=persons&k=20&" + near, finds: r.name},
		{name: "near in a radius", path: "/api/v1/near?layer=persons&radius=30&" + near, finds: r.name},
		{name: "near with a filter", path: "/api/v1/near?layer=persons&k=1&filter=" + q("phone = '"+r.phone+"'") + "&" + near, finds: r.name},
		{name: "within, features", path: "/api/v1/within", body: map[string]any{"geometry": around, "layers": persons, "result": "features"}, finds: r.name},
		{name: "within, features of every layer", path: "/api/v1/within", body: map[string]any{"geometry": around, "result": "features", "buffer": 50}, finds: r.name},
		{name: "within, count by name", path: "/api/v1/within", finds: `"persons":1`, exact: true,
			body: map[string]any{"geometry": around, "layers": persons, "filter": "name = '" + r.name + "'"}},
		{name: "within, count", path: "/api/v1/within", body: map[string]any{"geometry": around, "filter": house, "buffer": 30}, finds: fmt.Sprintf(`"persons":%d`, people), exact: true},
		{name: "stats of a building", path: "/api/v1/stats", body: map[string]any{"layers": persons, "by": "field:building", "filter": house}, finds: counted, exact: true},
		{name: "stats of an area", path: "/api/v1/stats", body: map[string]any{"layers": persons, "by": "grid", "filter": house}, finds: counted, exact: true},
		{name: "stats of a cell", path: "/api/v1/stats", body: map[string]any{"layers": persons, "by": "h3:15", "geometry": around}, finds: `"count":1`, exact: true},
		{name: "stats by name", path: "/api/v1/stats", body: map[string]any{"layers": persons, "by": "field:name", "filter": house}, finds: r.name},
		{name: "stats filtered by name", path: "/api/v1/stats", body: map[string]any{"layers": persons, "by": "none", "filter": "name = '" + r.name + "'"}, finds: `"count":1`, exact: true},
		{name: "sums of households", path: "/api/v1/stats", finds: `"sum:members":1`, exact: true,
			body: map[string]any{"layers": []string{"households"}, "by": "none", "filter": "room = '" + r.room + "'", "measures": []string{"sum:members"}}},
		{name: "search by name", path: "/api/v1/search?q=" + q(r.name), finds: r.id},
		{name: "search by number", path: "/api/v1/search?q=" + r.citizenID, finds: r.id},
		{name: "search by address", path: "/api/v1/search?q=" + q(r.address), finds: r.household},
		{name: "search in persons", path: "/api/v1/search?layers=persons&q=" + q(r.name), finds: r.id},
		{name: "related to the person", path: "/api/v1/features/persons/" + r.id + "/related", finds: r.household, scrub: true},
		{name: "related to the household", path: "/api/v1/features/households/" + r.household + "/related", finds: r.name, scrub: true},
		{name: "related to the building", path: "/api/v1/features/buildings/" + r.building + "/related", finds: r.name, wide: true},
		{name: "card of the building", path: "/api/v1/buildings/" + r.building + "/card", finds: fmt.Sprintf(`"residents":%d`, people), exact: true, wide: true},
		{name: "snapshot of a stream", path: "/api/v1/stream?layers=persons&snapshot=true&bbox=" + box, finds: r.name},
	}
}

// plainly are requests that show no single person to anybody; they are asked of
// those without clearance all the same.
func plainly(r *resident) []probe {
	near := fmt.Sprintf("lon=%.5f&lat=%.5f", r.lon, r.lat)
	return []probe{
		{name: "layers", path: "/api/v1/layers"},
		{name: "city", path: "/api/v1/city"},
		{name: "locate", path: "/api/v1/locate?" + near},
		{name: "locate with an accuracy", path: "/api/v1/locate?accuracy=50&" + near},
		{name: "near of everything listable", path: "/api/v1/near?layer=buildings&k=5&" + near},
		{name: "OpenAPI", path: "/ogc/api"},
		{name: "landing page", path: "/ogc"},
		{name: "metrics", path: "/metrics"},
		{name: "readiness", path: "/readyz"},
		{name: "the map", path: "/"},
		{name: "search without a hit", path: "/api/v1/search?q=420502"},
		{name: "related to the grid", path: "/api/v1/features/grids/" + r.grid + "/related"},
		{name: "TileJSON of buildings", path: "/tiles/buildings.json"},
	}
}

// Two kinds of subjects see the city: cleared ones find two persons by every
// address, those without clearance by none. One person lives in a small house;
// the other is far outside the city, where it would stretch every extent.
func TestPersonsAreHiddenFromWhoIsNotCleared(t *testing.T) {
	dir := smallCity(t)
	building, grid, lon, lat, people := smallHouse(t, dir)
	inside := &resident{id: "psecret1", household: "hsecret1", name: "欧阳隐名", citizenID: "420502199001017771", phone: "19900007771",
		address: "望峡区密址路七号", room: "roomsecret1", building: building, grid: grid, lon: lon + 0.0000137, lat: lat + 0.0000143}
	outside := &resident{id: "psecret2", household: "hsecret2", name: "司马远客", citizenID: "420502199001017772", phone: "19900007772",
		address: "远郊密址路八号", room: "roomsecret2", building: "bsecret2", grid: grid, lon: 112.3456789, lat: 31.4567891}
	importFeatures(t, dir, "persons", inside.person(), outside.person())
	importFeatures(t, dir, "households", inside.home(), outside.home())
	hidden := append(inside.hidden(), outside.hidden()...)

	importFeatures(t, dir, "enterprises", inside.firm())
	firm, _ := inside.firm()["id"].(string)
	demo, plain := serve(t, dir, "--demo"), serve(t, dir)
	worker, program := token(t, dir, "--role", "gridworker"), token(t, dir, "--role", "api", "--layers", "persons,households")
	ofTheFirm := []probe{
		{name: "firm", path: "/ogc/collections/enterprises/items/" + firm, finds: inside.name},
		{name: "firm by its person", path: "/ogc/collections/enterprises/items?filter=" + url.QueryEscape("legal_person = '"+inside.name+"'"), finds: inside.name},
		{name: "firms in order of persons", path: "/ogc/collections/enterprises/items?limit=5000&sortby=legal_person", finds: inside.name},
		{name: "firms near", path: fmt.Sprintf("/api/v1/near?layer=enterprises&k=1&lon=%.5f&lat=%.5f", inside.lon+0.0001, inside.lat), finds: inside.name},
		{name: "firms by person", path: "/api/v1/stats", body: map[string]any{"layers": []string{"enterprises"}, "by": "field:legal_person"}, finds: inside.name},
	}
	residents := map[*resident]int{inside: people + 1, outside: 1}

	t.Run("cleared", func(t *testing.T) {
		for r, n := range residents {
			for _, p := range probes(r, n) {
				if p.name == "related to the building" && r == outside || p.name == "card of the building" && r == outside {
					continue // there is no such building
				}
				p.mustFind(t, demo, worker, "a grid worker")
				p.mustFind(t, plain, worker, "a grid worker without --demo")
				if !p.wide {
					p.mustFind(t, demo, program, "a program")
				}
			}
		}
	})
	for i := range ofTheFirm {
		ofTheFirm[i].mustFind(t, demo, worker, "a grid worker")
	}
	if f := get[featureDoc](demo, "", "/ogc/collections/enterprises/items/"+firm); f.Properties["name"] != "路口杂货店" || f.Properties["legal_person"] != nil {
		t.Errorf("the firm, for the dispatcher: %+v", f)
	}
	for who, s := range map[string]*served{"demo dispatcher": demo, "anonymous": plain} {
		t.Run(who, func(t *testing.T) {
			for r, n := range residents {
				for _, p := range slices.Concat(probes(r, n), plainly(r), ofTheFirm) {
					p.mustNotFind(t, s, "", hidden)
				}
			}
			for _, path := range []string{"/api/v1/layers", "/api/v1/city", "/ogc/collections", "/tiles/buildings.json", "/ogc/api"} {
				if a := s.call("", http.MethodGet, path, nil); a.status != http.StatusOK || bytes.Contains(a.body, []byte("112.34")) {
					t.Errorf("%s: %d: an extent, however rounded, reaches to the person outside: %s", path, a.status, excerpt(string(a.body), "112.34"))
				}
			}
			testCountsOnly(t, s, "", inside, who == "anonymous")
		})
	}
	t.Run("planner's key", func(t *testing.T) {
		key := token(t, dir, "--role", "planner")
		for _, p := range probes(inside, people+1) {
			p.mustNotFind(t, plain, key, hidden)
		}
		testCountsOnly(t, plain, key, inside, false)
	})
	t.Run("reports", func(t *testing.T) { testReportsAboutPersons(t, demo, inside) })
	t.Run("streams", func(t *testing.T) { testStreamsHidePersons(t, dir, demo, plain, worker, program, inside) })
}

// ask sends the probe.
func (p *probe) ask(t *testing.T, s *served, key string) answer {
	t.Helper()
	method := http.MethodGet
	if p.body != nil {
		method = http.MethodPost
	}
	return s.call(key, method, p.path, p.body)
}

func (p *probe) mustFind(t *testing.T, s *served, key, who string) {
	t.Helper()
	if query, ok := strings.CutPrefix(p.path, "/api/v1/stream"); ok {
		if e := s.next(s.listen(key, query)); e.name != "snapshot" || !bytes.Contains(e.data, []byte(p.finds)) {
			t.Errorf("%s, %s: %s %.300s", who, p.name, e.name, e.data)
		}
		return
	}
	a := p.ask(t, s, key)
	if a.status != http.StatusOK {
		t.Errorf("%s, %s: %d %.300s", who, p.name, a.status, a.body)
		return
	}
	if p.hex {
		if n := hexSum(t, a.body); n == 0 {
			t.Errorf("%s, %s: nobody is counted", who, p.name)
		}
		return
	}
	if !says(string(a.body), p.finds) {
		t.Errorf("%s, %s: no %s in %.300s", who, p.name, p.finds, a.body)
	}
}

func (p *probe) mustNotFind(t *testing.T, s *served, key string, hidden []string) {
	t.Helper()
	a := p.ask(t, s, key)
	if !slices.Contains([]int{200, 204, 400, 403, 404}, a.status) {
		t.Errorf("%s: %d %.300s", p.name, a.status, a.body)
	}
	if p.hex && a.status == http.StatusOK {
		if n := hexSum(t, a.body); n < 10 { // the cells of the release
			t.Errorf("%s: %d people", p.name, n)
		}
		return
	}
	body := string(a.body)
	if p.scrub {
		if a.status != http.StatusForbidden && a.status != http.StatusNotFound {
			t.Errorf("%s: %d %.300s", p.name, a.status, body)
		}
		body = strings.ReplaceAll(body, p.path, "")
	}
	for _, text := range hidden {
		if strings.Contains(body, text) {
			t.Errorf("%s: %q is found in %.2000s", p.name, text, excerpt(body, text))
		}
	}
	if p.exact && says(body, p.finds) {
		t.Errorf("%s: what only who is cleared may learn, %s: %.300s", p.name, p.finds, body)
	}
}

// says reports whether body holds text; a number at its end is a whole number.
func says(body, text string) bool {
	for {
		i := strings.Index(body, text)
		if i < 0 {
			return false
		}
		body = body[i+len(text):]
		if !strings.ContainsAny(text[len(text)-1:], "0123456789") || body == "" || !strings.ContainsAny(body[:1], "0123456789.") {
			return true
		}
	}
}

// excerpt is what stands around text.
func excerpt(body, text string) string {
	i := strings.Index(body, text)
	if i < 0 {
		return ""
	}
	return body[max(0, i-150):min(len(body), i+len(text)+50)]
}

// hexSum adds what the cells of a hexagon tile count.
func hexSum(t *testing.T, tile []byte) (n int) {
	t.Helper()
	ls, err := mvt.Decode(tile)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		for i := range l.Features {
			if c, ok := l.Features[i].Get("count").Any().(int64); ok {
				n += int(c)
			} else if c, ok := l.Features[i].Get("count").Any().(uint64); ok {
				n += int(c)
			}
		}
	}
	return n
}

// testCountsOnly: what the subject may learn of persons are counts of ten and
// more, and nothing when it is anonymous.
func testCountsOnly(t *testing.T, s *served, key string, r *resident, anonymous bool) {
	refused := http.StatusForbidden
	if anonymous {
		refused = http.StatusNotFound // such a layer does not exist for it
	}
	house := "building = '" + r.building + "'"
	ask := func(path string, body any) (answer, problemDoc) {
		method := http.MethodGet
		if body != nil {
			method = http.MethodPost
		}
		a := s.call(key, method, path, body)
		var p problemDoc
		if a.status != http.StatusOK {
			p = decode[problemDoc](t, a, path, a.status)
		}
		return a, p
	}
	t.Run("direct requests", func(t *testing.T) {
		for _, path := range []string{"/ogc/collections/persons", "/ogc/collections/persons/items", "/ogc/collections/households/items",
			"/tiles/persons.json", tilePath("persons", r.lon, r.lat, 16),
			"/api/v1/near?layer=persons&lon=111&lat=30", "/api/v1/search?layers=persons&q=x", "/api/v1/stream?layers=events,persons"} {
			if a, _ := ask(path, nil); a.status != refused && a.status != http.StatusNotFound {
				t.Errorf("%s: %d %.200s", path, a.status, a.body)
			}
		}
	})
	t.Run("who exists is not told from who does not", func(t *testing.T) {
		for _, pair := range [][2]string{
			{"/ogc/collections/persons/items/" + r.id, "/ogc/collections/persons/items/p-nobody"},
			{"/api/v1/features/persons/" + r.id + "/related", "/api/v1/features/persons/p-nobody/related"},
			{"/api/v1/features/households/" + r.household + "/related", "/api/v1/features/households/h-nobody/related"},
		} {
			a, pa := ask(pair[0], nil)
			b, pb := ask(pair[1], nil)
			if a.status != b.status || pa.Type != pb.Type || pa.Detail != pb.Detail || a.status < 400 {
				t.Errorf("%s: %d %+v, of nobody %d %+v", pair[0], a.status, pa, b.status, pb)
			}
		}
		for _, filter := range []string{"name = '%s'", "citizen_id LIKE '%s%%'", "phone IN ('%s')", "NOT (address <> '%s')", "room = '%s' AND sex = 'female'"} {
			for path, body := range map[string]map[string]any{
				"/api/v1/stats":  {"layers": []string{"persons"}, "by": "none"},
				"/api/v1/within": {"layers": []string{"persons"}, "geometry": map[string]any{"type": "Point", "coordinates": []float64{r.lon, r.lat}}},
			} {
				body["filter"] = fmt.Sprintf(filter, r.name)
				a, pa := ask(path, body)
				body["filter"] = fmt.Sprintf(filter, "nobody")
				b, pb := ask(path, body)
				if a.status != refused || a.status != b.status || pa.Detail != pb.Detail {
					t.Errorf("%s with %s: %d %+v, of nobody %d %+v", path, filter, a.status, pa, b.status, pb)
				}
			}
		}
		for _, by := range []string{"field:name", "field:citizen_id", "field:room", "field:birth"} {
			if a, _ := ask("/api/v1/stats", map[string]any{"layers": []string{"persons"}, "by": by}); a.status != refused {
				t.Errorf("stats by %s: %d %.200s", by, a.status, a.body)
			}
		}
	})
	t.Run("layers", func(t *testing.T) {
		for _, id := range []string{"persons", "households"} {
			l, known := s.layersOf(key)[id]
			switch {
			case known == anonymous:
				t.Errorf("%s: known is %v", id, known)
			case known && (l.Listable || l.Extent != nil || l.Count == nil || *l.Count < 1000):
				t.Errorf("%s: %+v", id, l)
			}
		}
	})
	t.Run("small counts", func(t *testing.T) {
		for layer, measures := range map[string][]string{"persons": nil, "households": {"sum:members", "max:members"}} {
			for by, filter := range map[string]string{"field:building": house, "none": house, "grid": house, "h3:9": house} {
				a, _ := ask("/api/v1/stats", map[string]any{"layers": []string{layer}, "by": by, "filter": filter, "measures": measures})
				if a.status != refused { // people are not counted by the house
					t.Errorf("%s by %s: %d %.200s", layer, by, a.status, a.body)
				}
			}
		}
		small, large := 0, 0
		a, _ := ask("/api/v1/stats", map[string]any{"layers": []string{"persons"}, "by": "grid"})
		if !anonymous {
			for _, g := range decode[statsDoc](t, a, "stats", http.StatusOK).Groups {
				switch {
				case g.Count == nil && g.Below == 10:
					small++
				case g.Count != nil && *g.Count >= 10 && g.Below == 0:
					large++
				default:
					t.Errorf("persons by grid: %+v", g)
				}
			}
			if small == 0 || large == 0 {
				t.Errorf("%d small and %d large groups: no test", small, large)
			}
		}
		d := 0.0002
		square := map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{r.lon - d, r.lat - d}, {r.lon + d, r.lat - d}, {r.lon + d, r.lat + d}, {r.lon - d, r.lat + d}, {r.lon - d, r.lat - d}}}}
		a, _ = ask("/api/v1/within", map[string]any{"geometry": square})
		got := decode[struct {
			Counts map[string]*int
			Below  map[string]int
		}](t, a, "within", http.StatusOK)
		n, known := got.Counts["persons"]
		if known == anonymous || n != nil || !anonymous && got.Below["persons"] != 10 {
			t.Errorf("within: %v below %v", got.Counts, got.Below)
		}
	})
	t.Run("building", func(t *testing.T) {
		a, _ := ask("/api/v1/features/buildings/"+r.building+"/related", nil)
		seen := false
		for _, g := range decode[struct {
			Groups []struct {
				Layer string
				Count *int
				Below int
				Items []any
			}
		}](t, a, "related", http.StatusOK).Groups {
			if g.Layer == "persons" || g.Layer == "households" {
				seen = true
				if g.Count != nil || g.Below != 10 || len(g.Items) > 0 {
					t.Errorf("related: %+v", g)
				}
			}
		}
		if seen {
			t.Error("people are counted by the house")
		}
		a, _ = ask("/api/v1/buildings/"+r.building+"/card", nil)
		card := decode[struct {
			Residents *int
			Below     int
		}](t, a, "card", http.StatusOK)
		if card.Residents != nil || card.Below != 0 || bytes.Contains(a.body, []byte(`"households"`)) {
			t.Errorf("card: %+v %.300s", card, a.body)
		}
	})
}

// testReportsAboutPersons: a report cannot be used to ask whether a person is
// there.
func testReportsAboutPersons(t *testing.T, s *served, r *resident) {
	report := func(object string) problemDoc {
		return decode[problemDoc](t, s.call("", http.MethodPost, "/api/v1/events", map[string]any{"lon": 111.29, "lat": 30.69, "class": "1102", "object": object}),
			"report about "+object, http.StatusBadRequest)
	}
	there, nobody := report("persons/"+r.id), report("persons/p-nobody")
	if there.Pointer != "/object" || strings.Replace(there.Detail, r.id, "p-nobody", 1) != nobody.Detail {
		t.Errorf("%+v, of nobody %+v", there, nobody)
	}
}

// testStreamsHidePersons: a person changes while everybody listens. Who is
// cleared is told; the others hear of the building that changes after it, and of
// nobody.
func testStreamsHidePersons(t *testing.T, dir string, demo, plain *served, worker, program string, r *resident) {
	type listener struct {
		who    string
		server *served
		events <-chan sse
	}
	open := func(who string, s *served, key, query string) listener {
		return listener{who, s, s.listen(key, query)}
	}
	cleared := []listener{open("grid worker", demo, worker, ""), open("grid worker without --demo", plain, worker, "?layers=buildings,persons")}
	others := []listener{open("demo dispatcher", demo, "", ""), open("anonymous", plain, "", ""),
		open("demo dispatcher at the place", demo, "", fmt.Sprintf("?bbox=%.3f,%.3f,%.3f,%.3f&snapshot=true", r.lon-.001, r.lat-.001, r.lon+.001, r.lat+.001))}
	apart := open("a program", demo, program, "?layers=persons") // may not see the building

	moved := *r
	moved.name, moved.phone, moved.citizenID = "欧阳改名", "19900007773", "420502199001017773"
	fresh := moved
	fresh.id, fresh.household, fresh.name = "psecret3", "hsecret3", "诸葛新来"
	importFeatures(t, dir, "persons", moved.person(), fresh.person())
	importFeatures(t, dir, "households", fresh.home())
	importFeatures(t, dir, "enterprises", moved.firm())
	d := 0.0001
	importFeatures(t, dir, "buildings", map[string]any{"type": "Feature", "id": "bmarker1", "properties": map[string]any{"name": "路标"},
		"geometry": map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{r.lon, r.lat}, {r.lon + d, r.lat}, {r.lon + d, r.lat + d}, {r.lon, r.lat}}}}})

	until := func(l listener, text string) string {
		var all strings.Builder
		for !strings.Contains(all.String(), text) {
			e := l.server.next(l.events)
			all.WriteString(e.name + " ")
			all.Write(e.data)
		}
		return all.String()
	}
	for _, l := range cleared {
		got := until(l, "bmarker1")
		for _, want := range []string{moved.name, fresh.id, fresh.name} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not told of %s: %.500s", l.who, want, got)
			}
		}
	}
	until(apart, fresh.name)
	hidden := append(append(r.hidden()[:7], moved.hidden()[:7]...), fresh.hidden()[:7]...) // the marker stands at the place
	for _, l := range others {
		got := until(l, "bmarker1")
		for _, text := range append(hidden, `"persons"`, `"households"`) {
			if strings.Contains(got, text) {
				t.Errorf("%s is told %q: %.500s", l.who, text, excerpt(got, text))
			}
		}
	}
}
