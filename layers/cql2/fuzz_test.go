package cql2

import (
	"testing"

	"wutu/layers"
)

// FuzzParse feeds any text: Parse, Compile and Boxes must not panic, errors must
// carry a kind and a place, and the canonical text must be a fixpoint.
func FuzzParse(f *testing.F) {
	for _, c := range constructs {
		f.Add(c.text)
	}
	for _, s := range []string{"", "'", `"`, "(((", "a = 'x'' AND", "S_WITHIN(geometry,POLYGON((0 0,1 1", "INTERVAL(", "a^-b^-1=0", "NOT NOT", "é = 1e5e5", "\x00", "a ≥ 1"} {
		f.Add(s)
	}
	layer, row := lampLayer(), lamp()
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			le, ok := err.(*layers.Error)
			if !ok || le.Kind == layers.Internal || le.At == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		canonical := Format(e)
		if len(canonical) <= MaxText {
			again, err := Parse(canonical)
			if err != nil {
				t.Fatalf("%q: canonical %q: %v", text, canonical, err)
			}
			if got := Format(again); got != canonical {
				t.Fatalf("%q: canonical %q becomes %q", text, canonical, got)
			}
		}
		if src := FormatJSON(e); len(src) <= MaxJSON {
			again, err := ParseJSON(src)
			if err != nil {
				t.Fatalf("%q: JSON %s: %v", text, src, err)
			}
			if got := Format(again); got != canonical {
				t.Fatalf("%q: through JSON %s it becomes %q", text, src, got)
			}
		}
		boxes, known := Boxes(e)
		p, err := Compile(e, layer)
		if err != nil {
			if layers.KindOf(err) == layers.Internal {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if p.Match(row) && known && !meetsAny(row.Shape, boxes) {
			t.Fatalf("%q matches outside of its boxes", text)
		}
	})
}
