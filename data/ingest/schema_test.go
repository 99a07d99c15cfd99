package ingest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wutu/data/ingest"
	"wutu/layers"
)

func TestParseSchema(t *testing.T) {
	got, err := ingest.ParseSchema([]byte(`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","title":"楼","description":"Buildings",
		"required":["use"],"additionalProperties":false,"properties":{
		"id":{"type":"string","x-ogc-role":"id","readOnly":true},"changed":{"type":"string","format":"date-time","readOnly":true},
		"geometry":{"format":"geometry-polygon-or-multipolygon","x-ogc-role":"primary-geometry"},
		"z":{"type":"boolean"},"use":{"type":"string","enum":["home","shop"],"title":"用途","x-ogc-propertySeq":2},
		"height":{"type":"number","x-ogc-unit":"m","x-ogc-propertySeq":1},"owner":{"type":"string","x-wutu-code-system":"uscc","x-ogc-propertySeq":3},"since":{"type":"string","format":"date"},"floors":{"type":"integer"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	same := func(s string) layers.Title { return layers.Title{ZH: s, EN: s} }
	want := &layers.Layer{Title: layers.Title{ZH: "楼", EN: "Buildings"}, Geometry: layers.MultiPolygon, CountUnit: layers.Title{ZH: "个", EN: "features"}, Fields: []layers.Field{
		{Name: "z", Type: layers.Boolean, Title: same("z")}, {Name: "since", Type: layers.DateTime, Title: same("since")}, {Name: "floors", Type: layers.Integer, Title: same("floors")},
		{Name: "height", Type: layers.Number, Title: same("height"), Unit: "m"},
		{Name: "use", Type: layers.String, Title: same("用途"), Required: true, Codes: []layers.Code{{Value: "home", Title: same("home")}, {Value: "shop", Title: same("shop")}}},
		{Name: "owner", Type: layers.String, Title: same("owner"), CodeSystem: layers.USCC}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for text, where := range map[string]string{
		`[]`: "/", `{"properties":[]}`: "/properties", `{}`: "/properties", `{"properties":{"a":{"type":"object"}}}`: "/properties/a",
		`{"properties":{"a":{"type":"string"},"a":{"type":"number"}}}`:                     "/properties",
		`{"properties":{"a":{"format":"geometry-cube"}}}`:                                  "/properties/a/format",
		`{"properties":{"a":{"format":"geometry-point"},"b":{"format":"geometry-point"}}}`: "/properties/b",
		`{"properties":{"a":{"type":"string","x-wutu-code-system":"isbn"}}}`:               "/properties/a/x-wutu-code-system",
		`{"properties":{"a":{"type":"string","enum":[1]}}}`:                                "/properties",
	} {
		if _, err := ingest.ParseSchema([]byte(text)); layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), "field "+where) {
			t.Errorf("%s: %v, want a fault at %s", text, err, where)
		}
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add([]byte(`{"required":["a"],"properties":{"a":{"type":"string","enum":["x"]},"g":{"format":"geometry-any"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ingest.ParseSchema(data)
		if (l == nil) == (err == nil) {
			t.Fatalf("%v and %v", l, err)
		}
		if err != nil && layers.KindOf(err) != layers.Invalid && layers.KindOf(err) != layers.TooLarge {
			t.Fatal(err)
		}
	})
}
