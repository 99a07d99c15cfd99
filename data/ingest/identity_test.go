package ingest

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

func TestIdentify(t *testing.T) {
	text := func(s string) layers.Value { return layers.Text(s) }
	for _, c := range []struct {
		what, field, want string
		r                 Raw
	}{
		{"the named field", "code", "c1", Raw{ID: "own", Names: []string{"code"}, Values: []layers.Value{text("c1")}}},
		{"the format's id", "", "own", Raw{ID: "own", Names: []string{"code"}, Values: []layers.Value{text("c1")}}},
		{"the format's id by its name", "id", "own", Raw{ID: "own"}},
		{"a field called id goes first", "id", "field", Raw{ID: "own", Names: []string{"id"}, Values: []layers.Value{text("field")}}},
		{"an empty field", "code", "", Raw{ID: "own", Names: []string{"code"}, Values: []layers.Value{text("")}}},
		{"an empty field called id", "id", "", Raw{ID: "own", Names: []string{"id"}, Values: []layers.Value{text("")}}},
		{"no such field", "code", "", Raw{ID: "own"}},
	} {
		got, err := newHasher().identify(&c.r, c.field)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", c.what, got, err)
		}
	}
}

// Without any id the record number and content decide: the same record again has
// the same id, another content or place another one.
func TestFallbackIDs(t *testing.T) {
	base := Raw{Record: 7, Names: []string{"a"}, Values: []layers.Value{layers.Int(1)}, Shape: orb.Point{1, 2}}
	id := func(change func(*Raw)) string {
		r := base
		r.Values = append([]layers.Value(nil), base.Values...)
		change(&r)
		got, err := newHasher().identify(&r, "")
		if err != nil || got == "" {
			t.Fatal(got, err)
		}
		return got
	}
	same := id(func(*Raw) {})
	if again := id(func(*Raw) {}); again != same {
		t.Errorf("%s, then %s", same, again)
	}
	for what, change := range map[string]func(*Raw){
		"record": func(r *Raw) { r.Record = 8 },
		"value":  func(r *Raw) { r.Values[0] = layers.Int(2) },
		"type":   func(r *Raw) { r.Values[0] = layers.Text("1") },
		"name":   func(r *Raw) { r.Names = []string{"b"} },
		"place":  func(r *Raw) { r.Shape = orb.Point{1, 3} },
		"none":   func(r *Raw) { r.Shape = nil },
	} {
		if other := id(change); other == same {
			t.Errorf("another %s has the same id %s", what, other)
		}
	}
}
