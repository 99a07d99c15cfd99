package server_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"wutu/tiles"
)

// What is said to be filtered and sorted by can be, what items have is in the
// schema, and a filter in JSON finds what the same filter in text does.
func TestSchemasAreTrue(t *testing.T) {
	c := newCity(t, true)
	for _, role := range []string{"", "supervisor", "gridworker", "planner"} {
		for _, x := range c.get(role, "/ogc/collections", 200)["collections"].([]any) {
			id := x.(map[string]any)["id"].(string)
			base := "/ogc/collections/" + id
			props := func(kind string) map[string]any {
				return c.get(role, base+"/"+kind, 200)["properties"].(map[string]any)
			}
			returned := props("schema")
			for _, f := range c.get(role, base+"/items?limit=5", 200)["features"].([]any) {
				for name := range f.(map[string]any)["properties"].(map[string]any) {
					if _, ok := returned[name]; !ok {
						t.Errorf("%s: items of %s have %s, which is not in the schema", role, id, name)
					}
				}
			}
			for name, p := range props("queryables") {
				if name == "geometry" {
					continue
				}
				if p.(map[string]any)["title"] == "" {
					t.Errorf("%s.%s has no title", id, name)
				}
				filter := name + " IS NOT NULL"
				if d := p.(map[string]any); d["type"] == "string" && d["format"] == nil {
					filter = name + " = '甲'" // masked values may be compared whole, and not otherwise
				}
				c.get(role, base+"/items?limit=1&filter="+url.QueryEscape(filter), 200)
			}
			for name := range props("sortables") {
				c.get(role, base+"/items?limit=1&sortby="+name, 200)
			}
		}
	}
}

func TestFilterLanguagesAndSystems(t *testing.T) {
	c := newCity(t, true)
	text := ids(c.get("", "/ogc/collections/buildings/items?limit=100&filter="+url.QueryEscape("floors > 3 AND S_INTERSECTS(geometry, BBOX(111.27,30.67,111.29,30.69))"), 200))
	json := ids(c.get("", "/ogc/collections/buildings/items?limit=100&filter-lang=cql2-json&filter="+url.QueryEscape(
		`{"op":"and","args":[{"op":">","args":[{"property":"floors"},3]},{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[111.27,30.67,111.29,30.69]}]}]}`), 200))
	if !slices.Equal(text, json) || len(text) == 0 {
		t.Errorf("text finds %v, JSON %v", text, json)
	}
	box := func(w, s, e, n float64) string {
		return fmt.Sprintf("S_INTERSECTS(geometry, POLYGON((%[2]v %[1]v, %[2]v %[3]v, %[4]v %[3]v, %[4]v %[1]v, %[2]v %[1]v)))", w, s, e, n)
	}
	flipped := ids(c.get("", "/ogc/collections/buildings/items?limit=100&filter-crs="+url.QueryEscape("http://www.opengis.net/def/crs/EPSG/0/4326")+
		"&filter="+url.QueryEscape("floors > 3 AND "+box(111.27, 30.67, 111.29, 30.69)), 200))
	if !slices.Equal(text, flipped) {
		t.Errorf("CRS84 finds %v, EPSG:4326 %v", text, flipped)
	}
	p := c.get("", "/ogc/collections/buildings/items?filter-lang=cql2-json&filter="+url.QueryEscape(`{"op":"juggle"}`), 400)
	if p["parameter"] != "filter" {
		t.Errorf("%v", p)
	}
	if n := len(c.get("", "/ogc/functions", 200)["functions"].([]any)); n == 0 {
		t.Error("no functions")
	}
}

// The tiles of OGC API Tiles are those under /tiles, byte for byte.
func TestOGCTilesAreTheTiles(t *testing.T) {
	c := newCity(t, true)
	here := tileOf(t, 3, 14)
	for _, names := range []string{"buildings", "buildings,districts"} {
		path := "/ogc/tiles/WebMercatorQuad/%d/%d/%d?collections=" + names
		if names == "buildings" {
			path = "/ogc/collections/buildings/tiles/WebMercatorQuad/%d/%d/%d"
		}
		a, one := c.call("", "GET", fmt.Sprintf(path, here.Z, here.Y, here.X), nil)
		b, two := c.call("", "GET", fmt.Sprintf("/tiles/%s/%v.mvt", names, here), nil)
		if a.StatusCode != 200 || b.StatusCode != 200 || one != two {
			t.Errorf("%s: %d, %d bytes; %d, %d bytes", names, a.StatusCode, len(one), b.StatusCode, len(two))
		}
	}
	for path, status := range map[string]int{
		"/ogc/collections/buildings/tiles/Nothing": 404, "/ogc/collections/buildings/tiles/WebMercatorQuad/3/9/0": 404,
		"/ogc/collections/persons/tiles": 403, "/ogc/tileMatrixSets/WorldCRS84": 404,
		"/ogc/collections/buildings/tiles/CGCS2000Quad/0/0/0": 404, "/ogc/collections/buildings/tiles/WorldCRS84Quad/0/0/2": 404} {
		c.get("", path, status)
	}
	set := c.get("", "/ogc/tileMatrixSets/WebMercatorQuad", 200)
	if m := set["tileMatrices"].([]any)[3].(map[string]any); m["matrixWidth"] != 8.0 || m["id"] != "3" {
		t.Errorf("zoom 3: %v", m)
	}
	china := c.get("", "/ogc/tileMatrixSets/CGCS2000Quad", 200)
	if m := china["tileMatrices"].([]any)[3].(map[string]any); m["matrixWidth"] != 16.0 || m["id"] != "4" || m["cellSize"] != 1.40625/16 {
		t.Errorf("zoom 4: %v", m)
	}
	// One place under two names: bytes of WorldCRS84Quad zoom n are those of CGCS2000Quad n+1.
	place, _ := tiles.Geographic.At(at(3, .5, .5), 12)
	a, one := c.call("", "GET", fmt.Sprintf("/ogc/collections/buildings/tiles/WorldCRS84Quad/12/%d/%d", place.Y, place.X), nil)
	b, two := c.call("", "GET", fmt.Sprintf("/ogc/collections/buildings/tiles/CGCS2000Quad/13/%d/%d", place.Y, place.X), nil)
	if a.StatusCode != 200 || b.StatusCode != 200 || one != two || one == "" {
		t.Errorf("%d, %d bytes; %d, %d bytes", a.StatusCode, len(one), b.StatusCode, len(two))
	}
	if sets := c.get("", "/ogc/collections/buildings/tiles", 200)["tilesets"].([]any); len(sets) != 3 {
		t.Errorf("%d tilesets", len(sets))
	}
}
