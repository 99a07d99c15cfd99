package spatial

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// FuzzPositions holds the reader of positions against the general decoder: the same
// points, or a refusal of what is no list of pairs of numbers.
func FuzzPositions(f *testing.F) {
	for _, s := range []string{"[]", "[[1,2],[3.5e1,-4]]", " [ [ 1 , 2 , 3 ] ] ", "[[1]]", "[1,2]", "{}", "null", `[[1,"2"]]`, "[[1,2],]", "[[[1,2]]]", "[[1,2]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		var got struct{ P positions }
		err := json.Unmarshal([]byte(`{"P":`+string(data)+`}`), &got)
		var plain struct{ P [][]float64 }
		d := json.NewDecoder(strings.NewReader(`{"P":` + string(data) + `}`))
		wrong := d.Decode(&plain) != nil || d.More()
		for _, p := range plain.P {
			wrong = wrong || len(p) < 2
		}
		if err != nil {
			if !wrong && len(plain.P) <= maxPoints && !bytes.Contains(data, []byte("null")) {
				t.Fatalf("%q: %v, the decoder reads %v", data, err, plain.P)
			}
			return
		}
		if wrong {
			t.Fatalf("%q was read as %v", data, got.P)
		}
		for i, p := range plain.P {
			if got.P[i] != (orb.Point{p[0], p[1]}) {
				t.Fatalf("%q: point %d is %v, want %v", data, i, got.P[i], p)
			}
		}
	})
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"lon,lat\n1,2\n", "\ufeffid,x,y\n\"a,b\",1,2\r\n", "lat;lon\n1;2\n", "", "lon,lat\n1\n", "x,y\n1,NaN\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		points, ids, err := readTable(strings.NewReader(text))
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.TooLarge {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if ids != nil && len(ids) != len(points) {
			t.Fatalf("%q: %d ids of %d points", text, len(ids), len(points))
		}
	})
}

func TestAcceptsCSV(t *testing.T) {
	for accept, want := range map[string]bool{"": false, "text/csv": true, "text/csv;q=0.9, */*": true, "application/json, text/csv": false, "*/*": false, "text/html, text/csv": true} {
		if got := acceptsCSV(accept); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}

func TestCursorsOfJoins(t *testing.T) {
	for _, p := range []place{{}, {Done: "a"}, {Done: "标识/1", Left: "b", Right: "c\x00\""}} {
		if got, err := placeOf(p.encode()); err != nil || got != p {
			t.Errorf("%+v comes back as %+v, %v", p, got, err)
		}
	}
	for _, s := range []string{"?", "AAAA", "e30x"} {
		if _, err := placeOf(s); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}
