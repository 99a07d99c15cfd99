package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/audit"
)

const (
	geo   = "application/geo+json"
	patch = "application/merge-patch+json"
)

// lamp is a component as GeoJSON; props are joined to what every lamp has.
func lamp(lon, lat float64, props map[string]any) map[string]any {
	all := map[string]any{"name": "路灯", "kind": "lamp", "state": "good"}
	for k, v := range props {
		all[k] = v
	}
	return map[string]any{"type": "Feature", "geometry": map[string]any{"type": "Point", "coordinates": []float64{lon, lat}}, "properties": all}
}

const lamps = "/ogc/collections/components/items"

// as sends a request that changes something, under a media type.
func (c *city) as(role, method, path, media string, body any, status int, header ...string) (*http.Response, string) {
	c.t.Helper()
	res, text := c.call(role, method, path, body, append([]string{"Content-Type", media}, header...)...)
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	return res, text
}

func (c *city) tag(role, path string) string {
	c.t.Helper()
	res, text := c.call(role, "GET", path, nil)
	if res.StatusCode != 200 || res.Header.Get("ETag") == "" {
		c.t.Fatalf("%s: %d, tag %q: %s", path, res.StatusCode, res.Header.Get("ETag"), text)
	}
	return res.Header.Get("ETag")
}

func TestLifeOfAFeature(t *testing.T) {
	c := newCity(t, true)
	p := [2]float64{111.3025, 30.6725} // in grid 3
	res, text := c.as("themeowner", "POST", lamps, geo, lamp(p[0], p[1], nil), 201)
	where := strings.TrimPrefix(res.Header.Get("Location"), c.http.URL)
	if text != "" || !strings.HasPrefix(where, lamps+"/") || res.Header.Get("Last-Modified") == "" {
		t.Fatalf("made at %q: %q %v", where, text, res.Header)
	}
	first := c.tag("themeowner", where)
	if first != res.Header.Get("ETag") || !strings.HasPrefix(first, `W/"`) {
		t.Errorf("the tags differ: %s and %s", first, res.Header.Get("ETag"))
	}
	got := c.get("themeowner", where, 200)
	if xy := got["geometry"].(map[string]any)["coordinates"].([]any); fmt.Sprint(xy) != fmt.Sprint([]any{p[0], p[1]}) {
		t.Errorf("lies at %v", xy)
	}
	if again, _ := c.call("themeowner", "GET", where, nil, "If-None-Match", first); again.StatusCode != 304 {
		t.Errorf("unchanged: %d", again.StatusCode)
	}

	// Replacing needs the state it replaces, and unsets what it leaves out.
	whole := lamp(p[0], p[1], map[string]any{"state": "damaged"})
	delete(whole["properties"].(map[string]any), "name")
	c.as("themeowner", "PUT", where, geo, whole, 428)
	c.as("themeowner", "PUT", where, geo, whole, 412, "If-Match", `"0"`)
	c.clock.Add(int64(time.Second))
	res, _ = c.as("themeowner", "PUT", where, geo, whole, 204, "If-Match", `"x", `+first)
	second := res.Header.Get("ETag")
	props := c.get("themeowner", where, 200)["properties"].(map[string]any)
	if second == first || second != c.tag("themeowner", where) || props["state"] != "damaged" || props["name"] != nil {
		t.Errorf("replaced: %s %v", second, props)
	}
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"name":"新"}}`, 412, "If-Match", first)

	// Patching changes what it names.
	res, text = c.as("themeowner", "PATCH", where, patch, `{"properties":{"name":"新","state":null}}`, 200, "If-Match", second, "Prefer", "return=representation")
	var f struct{ Properties map[string]any }
	if err := json.Unmarshal([]byte(text), &f); err != nil || f.Properties["name"] != "新" || f.Properties["state"] != nil || f.Properties["kind"] != "lamp" ||
		res.Header.Get("Preference-Applied") != "return=representation" {
		t.Errorf("patched: %s %v", text, res.Header)
	}
	c.as("themeowner", "DELETE", where, "", nil, 428)
	c.as("themeowner", "DELETE", where, "", nil, 412, "If-Match", second)
	c.as("themeowner", "DELETE", where, "", nil, 204, "If-Match", "*")
	c.get("themeowner", where, 404)
	c.as("themeowner", "DELETE", where, "", nil, 404, "If-Match", "*")

	var acts []string
	for l, err := range c.store.Audit(t.Context(), audit.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(l.Action, "items.") && l.Object == "components/"+strings.TrimPrefix(where, lamps+"/") {
			acts = append(acts, l.Action+" "+l.Detail+" "+l.Role)
		}
	}
	if want := []string{`items.create {"fields":["geometry","kind","name","state"]} themeowner`, `items.replace {"fields":["name","state"]} themeowner`,
		`items.update {"fields":["name","state"]} themeowner`, `items.delete  themeowner`}; !slices.Equal(acts, want) {
		t.Errorf("the trail has %q", acts)
	}
}

func TestWhatIsRefusedNamesThePlace(t *testing.T) {
	c := newCity(t, true)
	p := [2]float64{111.3025, 30.6725} // in grid 3
	good := lamp(p[0], p[1], nil)
	with := func(path string, v any) map[string]any {
		b, _ := json.Marshal(good)
		var m map[string]any
		_ = json.Unmarshal(b, &m)
		in := m
		parts := strings.Split(path, ".")
		for _, k := range parts[:len(parts)-1] {
			in = in[k].(map[string]any)
		}
		in[parts[len(parts)-1]] = v
		return m
	}
	bow := [][][2]float64{{{111.28, 30.68}, {111.29, 30.69}, {111.29, 30.68}, {111.28, 30.69}, {111.28, 30.68}}}
	for name, x := range map[string]struct {
		body    any
		pointer string
		lenient int // status when handled leniently
	}{
		"no JSON":            {`{"type":`, "/", 400},
		"an array":           {`[]`, "/", 400},
		"no feature":         {with("type", "Thing"), "/type", 400},
		"an empty id":        {with("id", ""), "/id", 400},
		"an id of objects":   {with("id", map[string]any{}), "/id", 400},
		"unknown property":   {with("properties.colour/~", "red"), "/properties/colour~1~0", 201},
		"wrong type":         {with("properties.name", 7), "/properties/name", 201},
		"nested":             {with("properties.name", []int{7}), "/properties/name", 400},
		"bad code":           {with("properties.state", "fine"), "/properties/state", 400},
		"no properties":      {with("properties", "x"), "/properties", 400},
		"out of range":       {with("geometry.coordinates", []float64{200, 30}), "/geometry", 400},
		"no coordinates":     {with("geometry.coordinates", "x"), "/geometry", 400},
		"another geometry":   {with("geometry", map[string]any{"type": "LineString", "coordinates": [][]float64{{111.28, 30.68}, {111.29, 30.69}}}), "/geometry", 400},
		"a bow":              {with("geometry", map[string]any{"type": "Polygon", "coordinates": bow}), "/geometry", 400},
		"JSON-FG":            {with("place", map[string]any{"type": "Point", "coordinates": []float64{1, 2}}), "/place", 400},
		"a system of 2008":   {with("crs", map[string]any{"type": "name"}), "/crs", 400},
		"an id of 300 runes": {with("id", strings.Repeat("x", 300)), "/id", 400},
	} {
		res, text := c.as("themeowner", "POST", lamps, geo, x.body, 400, "Prefer", "handling=strict")
		var problem struct{ Pointer string }
		if err := json.Unmarshal([]byte(text), &problem); err != nil || problem.Pointer != x.pointer || res.Header.Get("Preference-Applied") != "handling=strict" {
			t.Errorf("%s: pointer %q, want %q: %s", name, problem.Pointer, x.pointer, text)
		}
		c.as("themeowner", "POST", lamps, geo, x.body, 400)
		c.as("themeowner", "POST", lamps, geo, x.body, x.lenient, "Prefer", "handling=lenient")
	}
	for _, media := range []struct {
		media  string
		status int
	}{{"", 400}, {"text/plain", 415}, {"application/json; charset=utf-8", 201}, {"application/geo+json", 201}, {patch, 415}, {"x", 415}} {
		c.as("themeowner", "POST", lamps, media.media, good, media.status)
	}
	where := lamps + "/lamp-b03"
	for body, pointer := range map[string]string{`{"id":"other"}`: "/id", `{"id":null}`: "/id", `{"name":"x"}`: "/name", `{"geometry":{"type":"Polygon"}}`: "/geometry",
		`{"properties":{"x":1}}`: "/properties/x", `{"properties":[]}`: "/properties", `null`: "/", `{"type":"Point"}`: "/type"} {
		_, text := c.as("themeowner", "PATCH", where, patch, body, 400, "If-Match", "*")
		var problem struct{ Pointer string }
		if err := json.Unmarshal([]byte(text), &problem); err != nil || problem.Pointer != pointer {
			t.Errorf("%s: pointer %q, want %q: %s", body, problem.Pointer, pointer, text)
		}
	}
	c.as("themeowner", "PATCH", where, patch, `{"id":"lamp-b03","type":"Feature","links":[],"geometry":{"coordinates":[111.2801,30.6801]},"properties":{}}`, 204, "If-Match", "*")
	if xy := c.get("themeowner", where, 200)["geometry"].(map[string]any); fmt.Sprint(xy) != "map[coordinates:[111.2801 30.6801] type:Point]" {
		t.Errorf("moved to %v", xy)
	}
}

func TestSystemsAndNamesOfNewFeatures(t *testing.T) {
	c := newCity(t, true)
	const cgcs = "http://www.opengis.net/def/crs/EPSG/0/4490"
	p := [2]float64{111.3025, 30.6725} // in grid 3
	body := lamp(p[1], p[0], nil)      // latitude first, as the register says
	_, text := c.as("themeowner", "PUT", lamps+"/new-lamp", geo, body, 201, "Content-Crs", "<"+cgcs+">", "Prefer", "return=representation, handling=strict", "If-None-Match", "*")
	if !strings.Contains(text, fmt.Sprintf("[%v,%v]", p[1], p[0])) || !strings.Contains(text, `"id":"new-lamp"`) {
		t.Errorf("answered with %s", text)
	}
	if xy := c.get("themeowner", lamps+"/new-lamp", 200)["geometry"].(map[string]any)["coordinates"].([]any); xy[0] != p[0] || xy[1] != p[1] {
		t.Errorf("lies at %v", xy)
	}
	c.as("themeowner", "PUT", lamps+"/new-lamp", geo, body, 412, "If-None-Match", "*")
	c.as("themeowner", "PUT", lamps+"/none", geo, body, 412, "If-Match", "*")
	c.as("themeowner", "POST", lamps, geo, body, 400, "Content-Crs", "<http://www.opengis.net/def/crs/EPSG/0/27700>")
	named := lamp(p[0], p[1], nil)
	named["id"] = "4205020107000001"
	res, _ := c.as("themeowner", "POST", lamps, geo, named, 201)
	if !strings.HasSuffix(res.Header.Get("Location"), "/4205020107000001") {
		t.Errorf("named %s", res.Header.Get("Location"))
	}
	c.as("themeowner", "POST", lamps, geo, named, 409)
	if c.get("themeowner", "/ogc/collections/components", 200)["supportsNonAutogeneratedResourceIds"] != true {
		t.Error("the collection does not say that it takes names")
	}
	if c.get("planner", "/ogc/collections/components", 200)["supportsNonAutogeneratedResourceIds"] != nil {
		t.Error("the collection says so to who may not")
	}
}

func TestARepeatedRequestMakesOneFeature(t *testing.T) {
	c := newCity(t, true)
	p := [2]float64{111.3025, 30.6725} // in grid 3
	var places []string
	for range 3 {
		res, _ := c.as("themeowner", "POST", lamps, geo, lamp(p[0], p[1], nil), 201, "Idempotency-Key", "k1")
		places = append(places, res.Header.Get("Location"))
	}
	if places[0] != places[1] || places[1] != places[2] {
		t.Errorf("made %v", places)
	}
	at := make(chan string)
	body, _ := json.Marshal(lamp(p[0], p[1], nil))
	for range 6 {
		go func() {
			req, _ := http.NewRequestWithContext(t.Context(), "POST", c.http.URL+lamps, bytes.NewReader(body))
			req.Header = http.Header{"Content-Type": {geo}, "Idempotency-Key": {"k2"}, "Authorization": {"Bearer " + c.keys["themeowner"]}}
			res, err := c.http.Client().Do(req)
			if err != nil {
				at <- err.Error()
				return
			}
			_ = res.Body.Close()
			at <- fmt.Sprint(res.StatusCode, res.Header.Get("Location"))
		}()
	}
	first := <-at
	for range 5 {
		if next := <-at; next != first || !strings.HasPrefix(first, "201") {
			t.Errorf("at the same time: %s and %s", first, next)
		}
	}
	c.as("themeowner", "POST", lamps, geo, lamp(p[0], p[1], map[string]any{"name": "other"}), 409, "Idempotency-Key", "k1")
	c.as("themeowner", "POST", lamps, geo, lamp(p[0], p[1], nil), 400, "Idempotency-Key", strings.Repeat("k", 201))
}

// Of several writers that read the same state one wins and the others learn it.
func TestOneWriterWins(t *testing.T) {
	c := newCity(t, true)
	where := lamps + "/lamp-b03"
	tag := c.tag("themeowner", where)
	const writers = 8
	status := make(chan int, writers)
	for i := range writers {
		go func() {
			req, _ := http.NewRequestWithContext(t.Context(), "PATCH", c.http.URL+where, strings.NewReader(fmt.Sprintf(`{"properties":{"name":"%d"}}`, i)))
			req.Header = http.Header{"Content-Type": {patch}, "If-Match": {tag}, "Authorization": {"Bearer " + c.keys["themeowner"]}}
			res, err := c.http.Client().Do(req)
			if err != nil {
				status <- 0
				return
			}
			_ = res.Body.Close()
			status <- res.StatusCode
		}()
	}
	got := map[int]int{}
	for range writers {
		got[<-status]++
	}
	if got[204] != 1 || got[412] != writers-1 {
		t.Errorf("answers: %v", got)
	}
	modified, err := http.ParseTime(c.headerOf("themeowner", where, "Last-Modified"))
	if err != nil {
		t.Fatal(err)
	}
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"name":"x"}}`, 412, "If-Unmodified-Since", modified.Add(-time.Second).Format(http.TimeFormat))
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"name":"x"}}`, 400, "If-Unmodified-Since", "yesterday")
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"name":"x"}}`, 204, "If-Unmodified-Since", modified.Format(http.TimeFormat))
}

func (c *city) headerOf(role, path, name string) string {
	c.t.Helper()
	res, _ := c.call(role, "GET", path, nil)
	return res.Header.Get(name)
}

func TestWhoMayEditOverHTTP(t *testing.T) {
	c := newCity(t, true)
	p := [2]float64{111.3025, 30.6725} // in grid 3
	for _, role := range []string{"", "planner", "dispatcher", "supervisor", "gridworker", "department", "commander", "api", "sysadmin", "secadmin", "auditor", "public"} {
		res, text := c.call(role, "POST", lamps, lamp(p[0], p[1], nil), "Content-Type", geo)
		if res.StatusCode != 403 && res.StatusCode != 404 {
			t.Errorf("%q makes a lamp: %d %s", role, res.StatusCode, text)
		}
		res, _ = c.call(role, "DELETE", lamps+"/lamp-b03", nil, "If-Match", "*")
		if res.StatusCode != 403 && res.StatusCode != 404 {
			t.Errorf("%q removes a lamp: %d", role, res.StatusCode)
		}
		if res, _ = c.call(role, "OPTIONS", lamps, nil); strings.Contains(res.Header.Get("Allow"), "POST") {
			t.Errorf("%q is told that it may", role)
		}
		if c.headerOf(role, lamps+"/lamp-b03", "Last-Modified") != "" {
			t.Errorf("%q is told of changes", role)
		}
	}
	for layer, status := range map[string]int{"events": 403, "grids": 403, "addresses": 403, "roads": 403, "persons": 403, "movers": 403, "nothing": 404} {
		c.as("themeowner", "POST", "/ogc/collections/"+layer+"/items", geo, lamp(p[0], p[1], nil), status)
	}
	for role, may := range map[string]bool{"themeowner": true, "planner": false} {
		for _, l := range c.get(role, "/api/v1/me/access", 200)["layers"].([]any) {
			l := l.(map[string]any)
			if told, _ := l["edit"].(bool); l["layer"] == "components" && told != may || l["layer"] == "grids" && told {
				t.Errorf("%s is told of %v: %v", role, l["layer"], l["edit"])
			}
		}
	}
	for path, want := range map[string]string{lamps: "GET, HEAD, OPTIONS, POST", lamps + "/lamp-b03": "GET, HEAD, OPTIONS, PUT, PATCH, DELETE", lamps + "/none": "OPTIONS, PUT",
		"/ogc/collections/roads/items": "GET, HEAD, OPTIONS"} {
		res, text := c.call("themeowner", "OPTIONS", path, nil)
		if res.StatusCode != 200 || text != "" || res.Header.Get("Allow") != want {
			t.Errorf("%s: %d %q", path, res.StatusCode, res.Header.Get("Allow"))
		}
		if strings.Contains(want, "POST") && res.Header.Get("Accept-Post") != geo+", application/json" || strings.Contains(want, "PATCH") && res.Header.Get("Accept-Patch") != patch {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

// What an editor does not see stays as it is, and is not told.
func TestEditorsKeepWhatTheyDoNotSee(t *testing.T) {
	c := newCity(t, true)
	where := "/ogc/collections/enterprises/items/firm-1"
	seen := c.get("themeowner", where, 200)["properties"].(map[string]any)
	if _, ok := seen["phone"]; ok {
		t.Fatal("the editor sees the telephone")
	}
	schema := c.get("themeowner", "/ogc/collections/enterprises/schema", 200)["properties"].(map[string]any)
	if _, ok := schema["phone"]; ok {
		t.Error("the schema has the telephone")
	}
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"phone":"1"}}`, 400, "If-Match", "*")
	c.as("themeowner", "PATCH", where, patch, `{"properties":{"phone":"1"}}`, 204, "If-Match", "*", "Prefer", "handling=lenient")
	body := map[string]any{"type": "Feature", "geometry": nil, "properties": map[string]any{"uscc": seen["uscc"], "name": "改名"}}
	c.as("themeowner", "PUT", where, geo, body, 204, "If-Match", "*")
	system := layers.SystemSubject()
	f, err := c.live.View().Get(t.Context(), &system, "enterprises", "firm-1")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := c.live.View().Layer("enterprises")
	value := func(name string) string { return f.Value(l.FieldIndex(name)).String() }
	if value("phone") != "13800138000" || value("legal_person") != "赵法人" || value("name") != "改名" || value("building") != "" || f.Shape != nil {
		t.Errorf("it is now %v", f)
	}
}

// Values of a field that names a code system are codes of it; what was wrong before may
// stay while other fields change.
func TestOfficialCodesAreChecked(t *testing.T) {
	c := newCity(t, true)
	l := &layers.Layer{ID: "licences", Title: layers.Title{ZH: "许可", EN: "Licences"}, Element: layers.Enterprise, Geometry: layers.Point, Access: layers.InternalAccess,
		Fields: []layers.Field{{Name: "owner", Type: layers.String, CodeSystem: layers.USCC}, {Name: "state", Type: layers.String}}}
	old := &layers.Feature{Key: "old", Shape: orb.Point{111.3025, 30.6725}, Values: []layers.Value{layers.Text("91350100M000100Y44"), layers.Text("good")}}
	if _, err := c.store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{l}, At: now(), Changes: []layers.Change{{Op: layers.Put, Layer: l.ID, ID: old.Key, Feature: old}}}); err != nil {
		t.Fatal(err)
	}
	if err := c.live.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	const items = "/ogc/collections/licences/items"
	made := func(owner string) map[string]any {
		return map[string]any{"type": "Feature", "geometry": map[string]any{"type": "Point", "coordinates": []float64{111.3025, 30.6725}}, "properties": map[string]any{"owner": owner}}
	}
	c.as("themeowner", "POST", items, geo, made("91350100M000100Y43"), 201)
	_, text := c.as("themeowner", "POST", items, geo, made("91350100M000100Y44"), 400)
	if !strings.Contains(text, "/properties/owner") || !strings.Contains(text, "check character") {
		t.Error(text)
	}
	c.as("themeowner", "PATCH", items+"/old", patch, `{"properties":{"state":"bad","owner":"91350100M000100Y44"}}`, 204, "If-Match", "*")
	c.as("themeowner", "PATCH", items+"/old", patch, `{"properties":{"owner":"91350100M000100Y45"}}`, 400, "If-Match", "*")
}
