package ogc

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/server/geojson"
	"wutu/server/param"
)

// hutLayer has a field of every type, one required, one with codes, one that its
// editors see masked and one that they do not see.
func hutLayer() *layers.Layer {
	return &layers.Layer{ID: "huts", Element: layers.Land, Geometry: layers.MultiPoint, Fields: []layers.Field{
		{Name: "name", Type: layers.String}, {Name: "use", Type: layers.String, Required: true, Codes: []layers.Code{{Value: "home"}, {Value: "store"}}},
		{Name: "floors", Type: layers.Integer}, {Name: "height", Type: layers.Number}, {Name: "open", Type: layers.Boolean}, {Name: "since", Type: layers.DateTime},
		{Name: "keeper", Type: layers.String, Personal: true, Mask: layers.NameMask}, {Name: "secret", Type: layers.String, Personal: true}}}
}

func editor(handling string) *editing {
	l := hutLayer()
	s := layers.Subject{Role: layers.ThemeOwner, Grants: []layers.Grant{{ID: "x", Mode: layers.GrantList, Edit: layers.EditAll, Mask: []string{"keeper"}}}}
	return &editing{subject: s, layer: l, decision: access.Decide(&s, l), system: param.LonLat(), prefer: prefer{handling: handling}}
}

func stored() *held {
	l := hutLayer()
	f := layers.Feature{Key: "h1", Shape: orb.Point{111.25, 30.5}, Version: 7, Values: []layers.Value{layers.Text("A"), layers.Text("home"), layers.Int(2),
		layers.Float(4.5), layers.Bool(true), layers.Instant(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)), layers.Text("王小二"), layers.Text("s")}}
	seen := f
	seen.Values = make([]layers.Value, len(f.Values))
	e := editor("")
	for i := range seen.Values {
		seen.Values[i] = e.decision.Sights.Value(l, i, f.Values[i])
	}
	return &held{stored: f, seen: seen}
}

// mergePatch is RFC 7396 section 2 to the letter.
func mergePatch(target, patch any) any {
	members, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if was, ok := target.(map[string]any); ok {
		for k, v := range was {
			out[k] = v
		}
	}
	for k, v := range members {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = mergePatch(out[k], v)
		}
	}
	return out
}

// A patch does what replacing the feature by the patched document does.
func TestPatchIsReplaceOfThePatched(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("WUTU_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(list ...any) any { return list[r.IntN(len(list))] }
	values := map[string][]any{"name": {"B", "", nil, 3, []any{}}, "use": {"home", "store", nil, "castle"}, "floors": {3, 3.0, 3.5, nil, "3"},
		"height": {1, 2.5, nil, "x", map[string]any{"a": 1}}, "open": {true, false, nil, "true"}, "since": {"2021-01-01T00:00:00+08:00", nil, "yesterday"},
		"keeper": {"王*", "王**", "王小二", nil}, "secret": {"s", nil}, "else": {1}}
	agreed, refused := 0, 0
	for range 3000 {
		properties := map[string]any{}
		for name, list := range values {
			if r.IntN(6) == 0 {
				properties[name] = pick(list...)
			}
		}
		patch := map[string]any{"properties": properties}
		switch r.IntN(8) {
		case 0:
			patch["geometry"] = nil
		case 1:
			patch["geometry"] = map[string]any{"coordinates": []float64{111.5, 30.25}}
		case 2:
			patch["geometry"] = map[string]any{"type": "MultiPoint", "coordinates": [][]float64{{111.5, 30.25}, {1, 2}}}
		case 3:
			patch["geometry"] = map[string]any{"type": "MultiPoint"}
		case 4:
			patch["properties"] = pick(nil, properties, 3)
		}
		e, old := editor(pick("", "strict", "lenient").(string)), stored()
		text, _ := json.Marshal(patch)
		patched := old.stored
		patched.Values = append([]layers.Value(nil), old.stored.Values...)
		err := e.merge(&patched, text, old)

		// What the editor reads, patched, put in its place.
		enc := geojson.Encoder{Layer: e.layer, Sights: e.decision.Sights}
		var document, change any
		_ = json.Unmarshal(enc.Append(nil, &old.seen, 0), &document)
		_ = json.Unmarshal(text, &change)
		whole, _ := json.Marshal(mergePatch(document, change))
		replaced := layers.Feature{Key: "h1", Version: 7, Values: make([]layers.Value, len(e.layer.Fields))}
		b, perr := e.parse(whole)
		if perr == nil {
			perr = e.fill(&replaced, b, old)
		}
		if (err == nil) != (perr == nil) {
			if strings.Contains(string(text), `"keeper":null`) || strings.Contains(string(text), `"secret":null`) || strings.Contains(string(text), `"else"`) {
				continue // unsetting what one may not set is refused in a patch, and leaving it out of a whole is not
			}
			t.Fatalf("%s: patched %v, replaced %v", text, err, perr)
		}
		if err != nil {
			refused++
			continue
		}
		agreed++
		if !reflect.DeepEqual(patched, replaced) {
			t.Fatalf("%s: patched %v, replaced %v", text, patched, replaced)
		}
		if v := patched.Values[6:]; v[0] != old.stored.Values[6] || v[1] != old.stored.Values[7] {
			t.Fatalf("%s: what is not seen whole is now %v", text, v)
		}
	}
	if agreed < 500 || refused < 500 {
		t.Errorf("%d patches done, %d refused", agreed, refused)
	}
}

func TestRequiredAndReadOnly(t *testing.T) {
	for _, c := range []struct{ body, handling, pointer string }{
		{`{"type":"Feature","properties":{"use":"home"}}`, "", ""},
		{`{"type":"Feature","properties":{"name":"x"}}`, "", "/properties/use"},
		{`{"type":"Feature","properties":{"use":null}}`, "strict", "/properties/use"},
		{`{"type":"Feature","properties":{"name":"x"}}`, "lenient", ""},
		{`{"type":"Feature","properties":{"use":"home","keeper":"李"}}`, "", "/properties/keeper"},
		{`{"type":"Feature","properties":{"use":"home","secret":"x"}}`, "", "/properties/secret"},
		{`{"type":"Feature","properties":{"use":"home","keeper":"李","secret":"x"}}`, "lenient", ""},
		{`{"type":"Feature","properties":{"use":"home","floors":"3","name":7}}`, "lenient", ""},
		{`{"type":"Feature","properties":{"use":"castle"}}`, "lenient", "/properties/use"},
	} {
		e := editor(c.handling)
		f := layers.Feature{Key: "x", Values: make([]layers.Value, len(e.layer.Fields))}
		b, err := e.parse([]byte(c.body))
		if err == nil {
			err = e.fill(&f, b, nil)
		}
		field := ""
		if err != nil {
			field = err.(*layers.Error).Field
		}
		if field != c.pointer {
			t.Errorf("%s, %q: at %q, want %q: %v", c.body, c.handling, field, c.pointer, err)
		}
		if err == nil && !(f.Values[6].IsNull() && f.Values[7].IsNull()) {
			t.Errorf("%s: sets what it may not: %v", c.body, f.Values)
		}
	}
}

func TestPreferences(t *testing.T) {
	for line, want := range map[string]prefer{
		"return=minimal": {returns: "minimal"}, `Return="representation"; foo=1, HANDLING=Lenient`: {"representation", "lenient"}, "respond-async": {},
		"handling=strict, handling=lenient": {handling: "strict"}, "return=all, return=minimal": {returns: "minimal"}, "": {}, ",;=": {},
	} {
		if got := preferOf(http.Header{"Prefer": {line}}); got != want {
			t.Errorf("%q: %+v, want %+v", line, got, want)
		}
	}
	for _, c := range []struct {
		list string
		want bool
	}{{`W/"a"`, true}, {`"a"`, true}, {`"b", W/"a"`, true}, {" * ", true}, {`"b"`, false}, {"", false}, {"a", false}} {
		if got := matches(c.list, `W/"a"`); got != c.want {
			t.Errorf("%q: %v", c.list, got)
		}
	}
}

func FuzzEditedFeature(f *testing.F) {
	f.Add([]byte(`{"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[111,30]},"properties":{"use":"home","floors":3}}`))
	f.Add([]byte(`{"geometry":{"coordinates":[1,2]},"properties":{"since":"2020-01-01T00:00:00Z","open":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, handling := range []string{"", "lenient"} {
			e, old := editor(handling), stored()
			check := func(what string, g *layers.Feature, err error) {
				if err != nil {
					if k := layers.KindOf(err); k != layers.Invalid && k != layers.TooLarge {
						t.Fatalf("%s: %v", what, err)
					}
					return
				}
				if err := g.CheckAgainst(e.layer); err != nil {
					t.Fatalf("%s makes %v: %v", what, g, err)
				}
			}
			g := layers.Feature{Key: "x", Values: make([]layers.Value, len(e.layer.Fields))}
			b, err := e.parse(data)
			if err == nil {
				err = e.fill(&g, b, nil)
			}
			if err != nil || e.layer.Geometry.Admits(g.Shape) { // other types are refused at the end
				check("the whole", &g, err)
			}
			p := old.stored
			p.Values = append([]layers.Value(nil), p.Values...)
			if err := e.merge(&p, data, old); err != nil || e.layer.Geometry.Admits(p.Shape) {
				check("the patch", &p, err)
			}
		}
	})
}
