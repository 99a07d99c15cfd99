package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/pmtiles"
)

// eventDoc is one case as the server tells it.
type eventDoc struct {
	ID, State, Version string
	Feature            featureDoc
	Place              struct {
		Areas                             []struct{ Level, Code, Name string }
		Grid, Community, Street, District *struct{ Code, Name string }
		Department                        *struct{ ID, Name string }
		Reason                            struct{ ZH, EN string }
		Rung                              int
	}
	Proposals struct{ Duplicates []map[string]any }
	Clocks    []struct{ Name, Due, State string }
	History   []struct {
		Seq            int
		At             time.Time
		Step, From, To string
		Actor, Role    string
		Note, Result   string
		Department     string
	}
	Legal []struct {
		Step, To string
		Needs    []string
	}
}

// clock is the state of a clock of the case, "" when it has none of the name.
func (e *eventDoc) clock(name string) string {
	for _, c := range e.Clocks {
		if c.Name == name {
			return c.State
		}
	}
	return ""
}

func (e *eventDoc) steps() []string {
	var out []string
	for _, l := range e.Legal {
		out = append(out, l.Step)
	}
	return out
}

// A broken street lamp goes through every layer: reported from a phone, placed
// with a reason, seen by the dispatcher within a second without asking again,
// handled step by step to its end, with nobody able to act on what is no longer
// true.
func TestOneEventThroughEveryLayer(t *testing.T) {
	dir := smallCity(t)
	lon, lat := aLamp(t, dir)
	s := serve(t, dir, "--demo")
	worker := token(t, dir, "--role", "gridworker")
	open := s.listen("", "?layers=events&filter="+url.QueryEscape("class = '1102'"))
	closedOnly := s.listen("", "?layers=events&filter="+url.QueryEscape("state = 'closed'"))

	started := time.Now()
	body := map[string]any{"lon": lon, "lat": lat, "accuracy": 8, "class": "1102", "description": "路灯不亮", "channel": "app"}
	a := s.call(worker, http.MethodPost, "/api/v1/events", body, "Idempotency-Key", "lamp-1")
	e := decode[eventDoc](t, a, "report", http.StatusCreated)
	t.Run("place", func(t *testing.T) { testPlace(t, s, &e, lon, lat) })
	put := changeOf(t, s, open, e.ID)
	if took := time.Since(started); took > soon {
		t.Errorf("the dispatcher saw the report after %v", took)
	} else {
		t.Logf("the dispatcher saw the report after %v", took.Round(time.Millisecond))
	}
	if put.Feature == nil || put.Feature.Properties["state"] != "reported" || put.Op != "put" {
		t.Errorf("the stream tells %+v", put)
	}

	t.Run("repeated report", func(t *testing.T) {
		again := s.call(worker, http.MethodPost, "/api/v1/events", body, "Idempotency-Key", "lamp-1")
		if d := decode[eventDoc](t, again, "the same report", http.StatusCreated); d.ID != e.ID || d.Version != e.Version {
			t.Errorf("the same report again makes %s version %s, was %s version %s", d.ID, d.Version, e.ID, e.Version)
		}
		other := map[string]any{"lon": lon, "lat": lat, "class": "1102", "description": "另一盏"}
		if x := s.call(worker, http.MethodPost, "/api/v1/events", other, "Idempotency-Key", "lamp-1"); x.status < 400 || x.status >= 500 {
			t.Errorf("another report under the same key: %d %.200s", x.status, x.body)
		}
		twin := decode[eventDoc](t, s.call(worker, http.MethodPost, "/api/v1/events", other, "Idempotency-Key", "lamp-2"), "twin", http.StatusCreated)
		if twin.ID == e.ID || !slices.ContainsFunc(twin.Proposals.Duplicates, func(d map[string]any) bool { return d["id"] == e.ID }) {
			t.Errorf("a second report of the same lamp is %s and proposes %v", twin.ID, twin.Proposals.Duplicates)
		}
	})

	path := "/api/v1/events/" + e.ID
	step := func(key, name, match string, body map[string]any, header ...string) answer {
		if match != "" {
			header = append(header, "If-Match", match)
		}
		return s.call(key, http.MethodPost, path+"/"+name, body, header...)
	}
	t.Run("steps nobody may take now", func(t *testing.T) {
		p := decode[problemDoc](t, step("", "close", `"`+e.Version+`"`, map[string]any{}), "close", http.StatusUnprocessableEntity)
		var legal []string
		for _, l := range p.Legal {
			legal = append(legal, l.Step)
		}
		if p.Type != "/problems/illegal-step" || !slices.Equal(legal, []string{"verify", "confirm", "refuse", "merge", "supplement", "escalate", "delegate"}) {
			t.Errorf("%+v, legal %v", p, legal)
		}
		decode[problemDoc](t, step("", "confirm", "", map[string]any{}), "without If-Match", http.StatusPreconditionRequired)
		decode[problemDoc](t, step("", "confirm", `"1"`, map[string]any{}), "stale", http.StatusConflict)
		decode[problemDoc](t, step(worker, "dispatch", `"`+e.Version+`"`, map[string]any{}), "a grid worker dispatches", http.StatusForbidden)
		if p := decode[problemDoc](t, step("", "refuse", `"`+e.Version+`"`, map[string]any{}), "refuse without a note", http.StatusBadRequest); p.Pointer != "/note" {
			t.Errorf("%+v", p)
		}
		if now := get[eventDoc](s, "", path); now.Version != e.Version || now.State != "reported" || len(now.History) != 1 {
			t.Errorf("a refused step changed the event: %+v", now)
		}
	})

	// The whole way, on the dispatcher's desk.
	way := []struct {
		step, state string
		body        map[string]any
	}{
		{"verify", "verifying", map[string]any{}},
		{"confirm", "accepted", map[string]any{"note": "属实"}},
		{"file", "filed", map[string]any{}},
		{"dispatch", "dispatched", map[string]any{"department": e.Place.Department.ID}},
		{"sign", "handling", map[string]any{}},
		{"feedback", "fed_back", map[string]any{"result": "已更换灯泡"}},
		{"check", "checking", map[string]any{}},
		{"close", "closed", map[string]any{"note": "结案"}},
	}
	version := e.Version
	for i, w := range way {
		key := fmt.Sprintf("step-%d", i)
		d := decode[eventDoc](t, step("", w.step, `"`+version+`"`, w.body, "Idempotency-Key", key), w.step, http.StatusOK)
		if d.State != w.state || d.Feature.Properties["state"] != w.state || d.Version == version || len(d.History) != i+2 {
			t.Fatalf("after %s: state %s, version %s after %s, %d lines of history", w.step, d.State, d.Version, version, len(d.History))
		}
		// Repeated, it is answered and not taken again; with the old version and
		// without the key it is stale.
		again := decode[eventDoc](t, step("", w.step, `"`+version+`"`, w.body, "Idempotency-Key", key), w.step+" again", http.StatusOK)
		if again.Version != d.Version || len(again.History) != len(d.History) {
			t.Errorf("%s again: version %s, was %s", w.step, again.Version, d.Version)
		}
		if a := step("", w.step, `"`+version+`"`, w.body); a.status != http.StatusConflict {
			t.Errorf("%s on the old version: %d %.200s", w.step, a.status, a.body)
		}
		version = d.Version
		told := changeOf(t, s, open, e.ID)
		for told.Feature != nil && told.Feature.Properties["state"] != w.state { // what was folded into an earlier message
			told = changeOf(t, s, open, e.ID)
		}
		if w.state == "dispatched" && d.clock("handle") != "running" {
			t.Errorf("clocks after dispatch: %+v", d.Clocks)
		}
	}

	t.Run("history", func(t *testing.T) {
		d := get[eventDoc](s, "", path)
		want := []string{"report  reported"}
		from := "reported"
		for _, w := range way {
			want = append(want, w.step+" "+from+" "+w.state)
			from = w.state
		}
		var got []string
		for i, h := range d.History {
			got = append(got, h.Step+" "+h.From+" "+h.To)
			// Who reported is not for the desk, whose sight of reporters is masked.
			if h.At.IsZero() || h.Actor == "" && i > 0 || h.Role == "" || i > 0 && h.At.Before(d.History[i-1].At) {
				t.Errorf("line %d: %+v", i, h)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if h := d.History; h[0].Role != "gridworker" || h[1].Role != "dispatcher" || h[2].Note != "属实" || h[6].Result != "已更换灯泡" || h[4].Department != e.Place.Department.ID {
			t.Errorf("%+v", h)
		}
		if d.Feature.Properties["closed_at"] == nil || d.clock("handle") != "met" {
			t.Errorf("closed: %v %+v", d.Feature.Properties["closed_at"], d.Clocks)
		}
		if len(d.steps()) != 0 {
			t.Errorf("the dispatcher may still %v", d.steps())
		}
	})
	t.Run("everywhere closed", func(t *testing.T) {
		if c := changeOf(t, s, closedOnly, e.ID); c.Feature == nil || c.Feature.Properties["state"] != "closed" {
			t.Errorf("the stream of closed cases: %+v", c)
		}
		item := get[featureDoc](s, "", "/ogc/collections/events/items/"+e.ID)
		list := get[collectionDoc](s, "", "/api/v1/events?limit=2&class=1102&state=closed")
		if item.Properties["state"] != "closed" || len(list.Features) == 0 || !slices.ContainsFunc(list.Features, func(f featureDoc) bool { return f.ID == e.ID }) {
			t.Errorf("item %+v, list %+v", item, list.Features)
		}
		file := filepath.Join(t.TempDir(), "events")
		mustRun(t, "export", "events", "--data", dir, "--format", "geojsonseq", "--filter", "case_no = '"+e.ID+"'", "-o", file)
		if fs := readGeoJSON(t, file, "geojsonseq"); len(fs) != 1 || fs[0].Properties["state"] != "closed" {
			t.Errorf("exported: %+v", fs)
		}
		if state := stateInTile(t, s.call("", http.MethodGet, tilePath("events", lon, lat, 16), nil), e.ID); state != "closed" {
			t.Errorf("in the tile its state is %q", state)
		}
		archive := filepath.Join(t.TempDir(), "events.pmtiles")
		mustRun(t, "export", "events", "--data", dir, "--format", "pmtiles", "--zoom", "3-16", "--filter", "case_no = '"+e.ID+"'", "-o", archive)
		if state := stateInArchive(t, archive, lon, lat, 16, e.ID); state != "closed" {
			t.Errorf("in the archive's tile its state is %q", state)
		}
		mustRun(t, "check", "--data", dir)
	})
	t.Run("after a restart", func(t *testing.T) {
		s.stop()
		again := serve(t, dir, "--demo")
		if d := get[eventDoc](again, "", path); d.State != "closed" || d.Version != version || len(d.History) != len(way)+1 {
			t.Errorf("%s version %s, %d lines of history", d.State, d.Version, len(d.History))
		}
	})
}

// aLamp is the place of a street lamp in the city.
func aLamp(t *testing.T, dir string) (lon, lat float64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lamps")
	mustRun(t, "export", "components", "--data", dir, "--format", "geojsonseq", "--filter", "kind = 'lamp'", "-o", file)
	lamps := readGeoJSON(t, file, "geojsonseq")
	if len(lamps) == 0 {
		t.Fatal("no lamps")
	}
	var at [2]float64
	if err := json.Unmarshal(lamps[len(lamps)/2].Geometry.Coordinates, &at); err != nil {
		t.Fatal(err)
	}
	return at[0], at[1]
}

// testPlace: the answer to a report says where that is, who is responsible and
// why, the same as locate says, and the areas are those that contain the point.
func testPlace(t *testing.T, s *served, e *eventDoc, lon, lat float64) {
	p := e.Place
	if p.Grid == nil || p.Community == nil || p.Street == nil || p.District == nil || p.Department == nil || p.Department.Name == "" || p.Reason.ZH == "" || p.Reason.EN == "" || p.Rung < 1 || p.Rung > 6 {
		t.Fatalf("%+v", p)
	}
	if e.State != "reported" || e.ID == "" || e.Feature.Properties["department"] != p.Department.ID || e.Feature.Properties["grid"] != p.Grid.Code {
		t.Errorf("%+v", e)
	}
	levels := map[string]string{"grid": p.Grid.Code, "community": p.Community.Code, "street": p.Street.Code, "district": p.District.Code}
	located := get[struct {
		Areas []struct{ Level, Code string }
	}](s, "", fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v", lon, lat))
	if len(located.Areas) < 4 {
		t.Errorf("locate: %+v", located)
	}
	for _, a := range located.Areas {
		if levels[a.Level] != a.Code {
			t.Errorf("%s: the report says %s, locate %s", a.Level, levels[a.Level], a.Code)
		}
	}
	point := map[string]any{"type": "Point", "coordinates": []float64{lon, lat}}
	for layer, code := range map[string]string{"grids": p.Grid.Code, "communities": p.Community.Code, "streets": p.Street.Code, "districts": p.District.Code} {
		found := post[struct {
			Features map[string]collectionDoc
		}](s, "", "/api/v1/within", map[string]any{"geometry": point, "layers": []string{layer}, "result": "features"}).Features[layer].Features
		if !slices.ContainsFunc(found, func(f featureDoc) bool { return f.Properties["code"] == code }) {
			t.Errorf("%s %s does not contain the place: %+v", layer, code, found)
		}
	}
}

// stateInTile is the state of an event in a vector tile.
func stateInTile(t *testing.T, a answer, id string) string {
	t.Helper()
	ls, err := mvt.Decode(a.body)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		for i := range l.Features {
			if l.Features[i].Get("id").Any() == id {
				state, _ := l.Features[i].Get("state").Any().(string)
				return state
			}
		}
	}
	return ""
}

// stateInArchive is what a PMTiles archive's tile at a place says of a case.
func stateInArchive(t *testing.T, file string, lon, lat float64, z tiles.Zoom, id string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := pmtiles.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	at, _ := tiles.At(orb.Point{lon, lat}, z)
	packed, err := a.Tile(at)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return stateInTile(t, answer{body: plain}, id)
}

// change is one entry of a message of a stream.
type change struct {
	Op, Layer, ID string
	Feature       *featureDoc
}

// changeOf waits for the next change of a feature.
func changeOf(t *testing.T, s *served, events <-chan sse, id string) change {
	t.Helper()
	for {
		e := s.next(events)
		if e.name != "changes" {
			t.Fatalf("the stream says %s %.200s", e.name, e.data)
		}
		var m struct {
			Changes []change
			Tiles   map[string][]string
		}
		if err := json.Unmarshal(e.data, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Changes {
			if c.ID == id {
				if len(m.Tiles[c.Layer]) == 0 {
					t.Error("a change without tiles")
				}
				return c
			}
		}
	}
}
