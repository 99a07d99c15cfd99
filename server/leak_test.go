package server_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wutu/layers"
)

// secrets are texts that must never reach a subject without clearance: the
// person, those who live there, and personal fields of other layers.
var secrets = []string{secretName, "p-15-000", "h-15", "420502199001011500", "隐秘地址", "李居民", "p-00-", "赵法人", "13800138000", "钱上报", "13900139000"}

// uncleared are the roles that must not find a person. Anonymous acts as the
// demo subject.
var uncleared = []string{"", "public", "planner", "dispatcher", "supervisor", "department", "commander", "themeowner", "sysadmin", "secadmin", "auditor", "api"}

// probes is every way to ask for persons that the program has. status is what a
// subject gets that may count but not list: 200 where the answer leaves them out.
var probes = []struct {
	name, method, path, body string
	status                   int
}{
	{"collections", "GET", "/ogc/collections", "", 200},
	{"collection", "GET", "/ogc/collections/persons", "", 403},
	{"items", "GET", "/ogc/collections/persons/items?limit=10000", "", 403},
	{"items by id", "GET", "/ogc/collections/persons/items?ids=p-15-000", "", 403},
	{"items by filter", "GET", "/ogc/collections/persons/items?filter=" + url.QueryEscape("name = '"+secretName+"'"), "", 403},
	{"item", "GET", "/ogc/collections/persons/items/p-15-000", "", 403},
	{"household", "GET", "/ogc/collections/households/items/h-15", "", 403},
	{"item that does not exist", "GET", "/ogc/collections/persons/items/nobody", "", 403},
	{"masked fields in items", "GET", "/ogc/collections/enterprises/items?limit=100", "", 200},
	{"masked field in filter", "GET", "/ogc/collections/enterprises/items?filter=" + url.QueryEscape("legal_person LIKE '赵%'"), "", 403},
	{"masked field in sortby", "GET", "/ogc/collections/enterprises/items?sortby=legal_person", "", 403},
	{"masked field in properties", "GET", "/ogc/collections/enterprises/items?properties=legal_person,name", "", 200},
	{"events", "GET", "/api/v1/events?limit=1000", "", 200},
	{"event", "GET", "/api/v1/events/2026111542050200001", "", 200},
	{"event by reporter", "GET", "/api/v1/events?filter=" + url.QueryEscape("reporter = '钱上报'"), "", 403},
	{"tilejson", "GET", "/tiles/persons.json", "", 403},
	{"tile", "GET", "/tiles/persons/16/53030/27002.mvt", "", 403},
	{"composed tile", "GET", "/tiles/buildings,persons/16/53030/27002.mvt", "", 403},
	{"hexagons", "GET", "/tiles/persons/hex/14/13257/6750.mvt", "", 403},
	{"near", "GET", "/api/v1/near?layer=persons&lon=111.305&lat=30.705&k=1", "", 403},
	{"related", "GET", "/api/v1/features/persons/p-15-000/related", "", 403},
	{"related of the building", "GET", "/api/v1/features/buildings/b15/related", "", 200},
	{"related of the room", "GET", "/api/v1/features/addresses/room-b15/related", "", 200},
	{"related of the grid", "GET", "/api/v1/features/grids/" + gridID(15) + "/related", "", 200},
	{"card", "GET", "/api/v1/buildings/b15/card", "", 200},
	{"locate", "GET", "/api/v1/locate?lon=111.305&lat=30.705&accuracy=100", "", 200},
	{"search by name", "GET", "/api/v1/search?q=" + url.QueryEscape(secretName), "", 200},
	{"search by part", "GET", "/api/v1/search?q=" + url.QueryEscape("居民"), "", 200},
	{"search by id", "GET", "/api/v1/search?q=p-15-000", "", 200},
	{"search by citizen number", "GET", "/api/v1/search?q=420502199001011500", "", 200},
	{"search in the layer", "GET", "/api/v1/search?q=" + url.QueryEscape(secretName) + "&layers=persons", "", 403},
	{"search by legal person", "GET", "/api/v1/search?q=" + url.QueryEscape("赵法人"), "", 200},
	{"within features", "POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["persons"],"result":"features"}`, 403},
	{"within all features", "POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"result":"features"}`, 200},
	{"within counts", "POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["persons","households"]}`, 200},
	{"within by name", "POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["persons"],"filter":"name = '` + secretName + `'"}`, 403},
	{"stats by grid", "POST", "/api/v1/stats", `{"layers":["persons"],"by":"grid"}`, 200},
	{"stats by name", "POST", "/api/v1/stats", `{"layers":["persons"],"by":"field:name"}`, 403},
	{"stats by cell", "POST", "/api/v1/stats", `{"layers":["persons","households"],"by":"h3:10","measures":[]}`, 200},
	{"stats of members", "POST", "/api/v1/stats", `{"layers":["households"],"by":"grid","measures":["sum:members"]}`, 200},
	{"layers", "GET", "/api/v1/layers", "", 200},
	{"stream", "GET", "/api/v1/stream?layers=persons&snapshot=true", "", 403},
	{"metrics", "GET", "/metrics", "", 200},
	{"document", "GET", "/ogc/api", "", 200},
	{"conversion", "GET", "/api/v1/convert?coords=111.305,30.705", "", 200},
}

const gridBox15 = `{"type":"Polygon","coordinates":[[[111.3,30.7],[111.31,30.7],[111.31,30.71],[111.3,30.71],[111.3,30.7]]]}`

func TestUnclearedFindsNoPerson(t *testing.T) {
	c := newCity(t, true)
	for _, role := range uncleared {
		hidden := role == "public" || role == "sysadmin" || role == "secadmin" || role == "auditor" // persons do not exist for them
		for _, p := range probes {
			var body any
			if p.body != "" {
				body = p.body
			}
			res, text := c.call(role, p.method, p.path, body)
			for _, s := range secrets {
				if strings.Contains(p.path+p.body, s) || strings.Contains(p.path, url.QueryEscape(s)) { // an echo of the question says nothing
					text = strings.ReplaceAll(text, s, "")
				}
				if strings.Contains(text, s) {
					t.Errorf("role %q: %s shows %q: %.300s", role, p.name, s, text)
				}
			}
			if p.name == "hexagons" && !hidden { // those of the release: nothing of this one person
				if res.StatusCode != 204 {
					t.Errorf("role %q: hexagons around one person: status %d", role, res.StatusCode)
				}
				continue
			}
			if !hidden && res.StatusCode != p.status {
				t.Errorf("role %q: %s: status %d, want %d: %.300s", role, p.name, res.StatusCode, p.status, text)
			}
			if hidden && p.status == 403 && res.StatusCode != 404 && res.StatusCode != 400 {
				t.Errorf("role %q: %s: status %d, want 404: %.300s", role, p.name, res.StatusCode, text)
			}
			if role == "" && p.name == "within counts" && !strings.Contains(text, `"persons":null`) {
				t.Errorf("%s: the count of one person is not withheld: %s", p.name, text)
			}
			if strings.HasPrefix(p.name, "search") && res.StatusCode == 200 && !strings.Contains(text, `"hits":[]`) {
				t.Errorf("role %q: %s finds something: %s", role, p.name, text)
			}
		}
	}
}

// The counts that are shown must be large or withheld, wherever they appear.
func TestSmallCountsAreWithheld(t *testing.T) {
	c := newCity(t, true)
	groups := c.post("", "/api/v1/stats", `{"layers":["persons"],"by":"grid"}`, 200)["groups"].([]any)
	if len(groups) != 16 {
		t.Fatalf("%d groups, want all grids, whoever lives there: %v", len(groups), groups)
	}
	for _, g := range groups {
		g := g.(map[string]any)
		switch g["key"] {
		case gridID(0):
			if g["count"] != 31.0 { // its 30 and the one of grid 15: all 31 minus this tells nothing
				t.Errorf("grid 0: %v, want 31", g)
			}
		default:
			if g["count"] != nil || g["below"] != 10.0 {
				t.Errorf("%v, want null below 10", g)
			}
		}
	}
	measures := c.post("", "/api/v1/stats", `{"layers":["households"],"by":"none","measures":["sum:members"]}`, 200)["groups"].([]any)
	if g := measures[0].(map[string]any); g["count"] != nil || g["measures"].(map[string]any)["sum:members"] != nil {
		t.Errorf("the measure of a withheld group is shown: %v", g)
	}
	for _, l := range c.get("", "/api/v1/layers", 200)["layers"].([]any) {
		l := l.(map[string]any)
		if l["access"] != "personal" {
			continue
		}
		if l["listable"] != false || l["extent"] != nil || l["updated"] != nil || l["bytes"] != 0.0 {
			t.Errorf("layer %v tells more than its count: %v", l["id"], l)
		}
		if l["id"] == "households" && (l["count"] != nil || l["below"] != 10.0) {
			t.Errorf("one household is counted: %v", l)
		}
	}
	for _, id := range []string{"b15", "b00"} { // people are not counted by the house, however many live there
		if card := c.get("", "/api/v1/buildings/"+id+"/card", 200); card["residents"] != nil || card["below"] != nil {
			t.Errorf("card of %s: residents %v below %v", id, card["residents"], card["below"])
		}
	}
}

func TestClearedFindsPerson(t *testing.T) {
	c := newCity(t, true)
	for _, path := range []string{"/ogc/collections/persons/items?limit=10000", "/ogc/collections/persons/items/p-15-000",
		"/api/v1/near?layer=persons&lon=111.305&lat=30.705&k=1", "/api/v1/search?q=" + url.QueryEscape(secretName),
		"/api/v1/features/buildings/b15/related"} {
		if _, text := c.call("gridworker", "GET", path, nil); !strings.Contains(text, secretName) {
			t.Errorf("%s: the cleared subject does not find the person: %.300s", path, text)
		}
	}
	if card := c.get("gridworker", "/api/v1/buildings/b15/card", 200); card["residents"] != 1.0 {
		t.Errorf("card: residents %v, want 1", card["residents"])
	}
}

// listenTo collects a stream's text until a line contains stop.
func (c *city) listenTo(role, path, stop string, ready chan<- struct{}) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.http.URL+path, nil)
	if err != nil {
		return "", err
	}
	if role != "" {
		req.Header.Set("Authorization", "Bearer "+c.keys[role])
	}
	res, err := c.http.Client().Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var all strings.Builder
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if ready != nil && strings.HasPrefix(lines.Text(), "event: hello") {
			close(ready)
			ready = nil
		}
		if strings.Contains(lines.Text(), stop) {
			return all.String(), nil
		}
	}
	return all.String(), lines.Err()
}

// A stream without named layers must not carry persons, and not betray by a tile
// or an empty message that one has moved.
func TestStreamHidesPersons(t *testing.T) {
	c := newCity(t, true)
	type result struct {
		text string
		err  error
	}
	got := make(chan result, 2)
	for _, role := range []string{"", "gridworker"} {
		ready := make(chan struct{})
		go func() {
			text, err := c.listenTo(role, "/api/v1/stream", `"id":"marker"`, ready)
			got <- result{role + "|" + text, err}
		}()
		<-ready
	}
	b := layers.Batch{Actor: "test", At: now()}
	moved := feature("persons", "p-15-000", at(2, 0.25, 0.25), map[string]any{"name": secretName})
	b.Changes = append(b.Changes, moved)
	if _, err := c.live.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	marker := layers.Batch{Actor: "test", At: now(), Changes: []layers.Change{feature("components", "marker", at(9, .5, .5), map[string]any{"kind": "lamp"})}}
	if _, err := c.live.Apply(t.Context(), marker); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r := <-got
		if r.err != nil {
			t.Fatal(r.err)
		}
		role, text, _ := strings.Cut(r.text, "|")
		if cleared := role == "gridworker"; strings.Contains(text, secretName) != cleared || strings.Contains(text, "persons") != cleared {
			t.Errorf("role %q: the stream shows persons: %v: %s", role, !cleared, text)
		}
		if role == "" {
			if n := strings.Count(text, "event: changes"); n != 1 {
				t.Errorf("%d messages, want the marker's alone: %s", n, text)
			}
			if !strings.Contains(text, `"tiles":{"components":[`) {
				t.Errorf("the marker's tiles are missing: %s", text)
			}
		}
	}
}
