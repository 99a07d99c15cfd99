package code

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"testing"

	"wutu/geo/geotest/outside"
	"wutu/layers"
)

func TestParseDivision(t *testing.T) {
	for _, c := range []struct {
		s, code string
		level   DivisionLevel
	}{
		{"42", "42", Province}, {"420000", "42", Province}, {"4205", "4205", Prefecture}, {"420500", "4205", Prefecture},
		{"420502", "420502", County}, {"420502000000", "420502", County}, {"420502001", "420502001", Township},
		{"420502001000", "420502001", Township}, {"420502001001", "420502001001", Village},
		{"441900003", "441900003", Township}, {"441900003001", "441900003001", Village}, {"350527000", "350527", County},
	} {
		d, err := ParseDivision(c.s)
		if err != nil || d != (Division{c.code, c.level}) {
			t.Errorf("%s: %+v, %v", c.s, d, err)
		}
	}
	for _, c := range []struct{ s, at string }{
		{"", ""}, {"420", ""}, {"4205020", ""}, {"42050a", "character 6"}, {"042050", "character 1"},
		{"420002", "character 3"}, {"420002001", "character 3"}, {"420502000001", "character 7"},
	} {
		_, err := ParseDivision(c.s)
		var e *layers.Error
		if !errors.As(err, &e) || e.At != c.at {
			t.Errorf("%q: %v, want an error at %q", c.s, err, c.at)
		}
	}
}

func TestDivisionTree(t *testing.T) {
	d := Division{"4205", Prefecture}
	for _, n := range []int{2, 1, 7} {
		c, err := MakeDivision(d, n)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := c.Parent(); !ok || p != d || !d.Contains(c) || c.Contains(d) {
			t.Fatalf("%+v: parent %+v", c, p)
		}
		d = c
	}
	if d.Code != "420502001007" {
		t.Fatalf("made %s", d.Code)
	}
	for _, n := range []int{0, -1, 1000} {
		if _, err := MakeDivision(Division{"420502", County}, n); err == nil {
			t.Errorf("number %d passes", n)
		}
	}
	if _, err := MakeDivision(d, 1); err == nil {
		t.Error("a village has no divisions")
	}
	if _, ok := (Division{"42", Province}).Parent(); ok {
		t.Error("a province has no parent")
	}
}

// Every real code of the registers must parse, with the level of its file and
// the parent the register names.
func TestRealDivisions(t *testing.T) {
	for _, c := range []struct {
		file   string
		level  DivisionLevel
		rows   int // independent count of the register's index
		padded int // rows that repeat a larger division, as a text search for codes ending in zeros finds them
	}{
		{"china_areas.csv.gz", County, 2978, 3}, {"china_streets.csv.gz", Township, 41352, 1}, {"china_villages.csv.gz", Village, 620573, 1},
	} {
		if testing.Short() && c.level == Village {
			continue
		}
		f, err := os.Open(outside.File(t, "registers", c.file))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(z)
		r.ReuseRecord = true
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
		rows, padded, wrong := 0, 0, 0
		for {
			rec, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			rows++
			switch d, err := ParseDivision(rec[0]); {
			case err == nil && d.Level == c.level:
				if p, ok := d.Parent(); !ok || !p.Contains(d) {
					t.Errorf("%s has parent %+v", rec[0], p)
				}
			case err == nil:
				padded++
			default:
				if wrong++; wrong <= 5 {
					t.Errorf("%s %s: %+v %v", c.file, rec[0], d, err)
				}
			}
		}
		if rows != c.rows || padded != c.padded || wrong > 0 {
			t.Errorf("%s: %d rows, %d padded, %d wrong; want %d, %d, 0", c.file, rows, padded, wrong, c.rows, c.padded)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
