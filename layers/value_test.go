package layers_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
	"unicode/utf8"

	"wutu/layers"
)

func TestValuesKeepWhatTheyAreGiven(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 30, 0, 123456789, time.FixedZone("", 8*3600))
	for _, c := range []struct {
		v    layers.Value
		typ  layers.FieldType
		text string
		json string
	}{
		{layers.Value{}, 0, "", "null"},
		{layers.Text(""), layers.String, "", `""`},
		{layers.Text("望峡区\"\n𠮷"), layers.String, "望峡区\"\n𠮷", `"望峡区\"\n𠮷"`},
		{layers.Int(math.MaxInt64), layers.Integer, "9223372036854775807", "9223372036854775807"},
		{layers.Int(-1), layers.Integer, "-1", "-1"},
		{layers.Float(0.1), layers.Number, "0.1", "0.1"},
		{layers.Float(math.Copysign(0, -1)), layers.Number, "0", "0"},
		{layers.Float(1e300), layers.Number, "1e+300", "1e+300"},
		{layers.Float(math.NaN()), 0, "", "null"},
		{layers.Float(math.Inf(-1)), 0, "", "null"},
		{layers.Bool(true), layers.Boolean, "true", "true"},
		{layers.Bool(false), layers.Boolean, "false", "false"},
		{layers.Instant(at), layers.DateTime, "2026-11-21T00:30:00.123456Z", `"2026-11-21T00:30:00.123456Z"`},
		{layers.Instant(time.Time{}), 0, "", "null"},
		{layers.Instant(time.Unix(0, 0)), layers.DateTime, "1970-01-01T00:00:00Z", `"1970-01-01T00:00:00Z"`},
	} {
		if c.v.Type() != c.typ || c.v.String() != c.text || string(c.v.AppendJSON(nil)) != c.json {
			t.Errorf("%#v: type %s, text %q, JSON %s", c.v, c.v.Type(), c.v, c.v.AppendJSON(nil))
		}
		if c.typ == 0 {
			continue
		}
		back, err := layers.ParseValue(c.typ, c.text)
		if err != nil || back != c.v {
			t.Errorf("%q reads back as %#v, %v; want %#v", c.text, back, err, c.v)
		}
	}
}

func TestParseValueRefuses(t *testing.T) {
	for typ, texts := range map[layers.FieldType][]string{
		layers.Integer:  {"1.5", "9223372036854775808", "x", " 1"},
		layers.Number:   {"NaN", "inf", "1e999", "1,5"},
		layers.Boolean:  {"yes", "2"},
		layers.DateTime: {"2026-13-01", "yesterday", "12:00"},
	} {
		for _, s := range texts {
			if v, err := layers.ParseValue(typ, s); layers.KindOf(err) != layers.Invalid {
				t.Errorf("%q as %s: %v, %v", s, typ, v, err)
			}
		}
	}
}

// Exact arithmetic is the oracle for comparisons between integers and numbers.
func TestCompareIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	edges := []int64{0, 1, -1, 1 << 53, 1<<53 + 1, -(1<<53 + 1), math.MaxInt64, math.MinInt64, math.MaxInt64 - 1}
	for range 20_000 {
		i := edges[rng.IntN(len(edges))] + int64(rng.IntN(5)) - 2
		f := float64(edges[rng.IntN(len(edges))]) + float64(rng.IntN(9)-4)/2
		want := new(big.Float).SetInt64(i).Cmp(new(big.Float).SetFloat64(f))
		if got, ok := layers.Int(i).Compare(layers.Float(f)); !ok || got != want {
			t.Fatalf("%d and %v compare as %d, want %d", i, f, got, want)
		}
		if got, ok := layers.Float(f).Compare(layers.Int(i)); !ok || got != -want {
			t.Fatalf("%v and %d compare as %d, want %d", f, i, got, -want)
		}
	}
	for _, pair := range [][2]layers.Value{{layers.Value{}, layers.Value{}}, {layers.Text("1"), layers.Int(1)}, {layers.Int(1), layers.Value{}}} {
		if _, ok := pair[0].Compare(pair[1]); ok {
			t.Errorf("%v and %v are comparable", pair[0], pair[1])
		}
	}
}

func FuzzAppendJSONText(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\x1f\"\\\n", "\xff\xfe", "岚江市\u2028", "a\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(layers.AppendJSONText(nil, s), &back); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want := s
		if !utf8.ValidString(s) {
			var std string
			j, _ := json.Marshal(s)
			json.Unmarshal(j, &std)
			want = std
		}
		if back != want {
			t.Fatalf("%q reads back as %q", s, back)
		}
	})
}
