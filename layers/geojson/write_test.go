package geojson_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/geojson"
)

// TestCoordinatesRoundAsTheStandardLibrary compares every way to write a number
// with the digits of strconv.
func TestCoordinatesRoundAsTheStandardLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 3))
	want := func(f float64) string {
		b := bytes.TrimSuffix(bytes.TrimRight(strconv.AppendFloat(nil, f, 'f', geojson.Decimals, 64), "0"), []byte("."))
		if string(b) == "-0" {
			return "0"
		}
		return string(b)
	}
	for i := range 400_000 {
		f := (r.Float64()*2 - 1) * math.Pow(10, float64(r.IntN(24)-14))
		switch i % 4 {
		case 0: // few decimals
			p := math.Pow(10, float64(r.IntN(11)))
			f = math.Round(f*p) / p
		case 1: // half-way between two texts, and next to it
			f = (math.Floor(r.Float64()*180e9) + 0.5) / 1e9
			for range r.IntN(3) {
				f = math.Nextafter(f, math.Inf(1-2*r.IntN(2)))
			}
		}
		if got := string(geojson.AppendCoordinate(nil, f)); got != want(f) {
			t.Fatalf("%v is written %s, not %s", f, got, want(f))
		}
	}
}

// quick is a row that writes its own JSON.
type quick struct{ layers.Feature }

func (q *quick) AppendJSON(dst []byte, i int) []byte {
	return append(q.Value(i).AppendJSON(dst), ' ')
}

// TestRowsMayWriteThemselves checks that a row that writes its own JSON is asked
// for what is shown whole, and for nothing else.
func TestRowsMayWriteThemselves(t *testing.T) {
	l := &layers.Layer{Fields: []layers.Field{{Name: "a", Type: layers.Integer}, {Name: "b", Type: layers.String}, {Name: "c", Type: layers.String}, {Name: "d", Type: layers.String}}}
	row := &quick{layers.Feature{Key: "k", Values: []layers.Value{layers.Int(1), layers.Text("x"), layers.Text("y"), layers.Text("z")}}}
	f := geojson.Format{Sights: layers.Sights{layers.Shown, layers.Masked, layers.Hidden}, Fields: []int{3, 2, 1, 0}}
	if got, want := string(geojson.AppendFeature(nil, l, row, f)), `{"type":"Feature","id":"k","geometry":null,"properties":{"d":"z" ,"b":"*","a":1 }}`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func BenchmarkAppendFeature(b *testing.B) {
	l := &layers.Layer{}
	row := &layers.Feature{Key: "91420503MA4001E22N", Shape: orb.Point{111.2915216, 30.6882312}}
	for i, v := range []layers.Value{layers.Text("91420503MA4001E22N"), layers.Text("岚江市翠园盛汽车服务有限公司"), layers.Text("active"), layers.Int(17), layers.Float(9934.9),
		layers.Text("澜东区竹岫街道翠亭社区紫河大道1664号春楼商厦701室"), layers.InstantMicro(1776556800000000), {}} {
		l.Fields = append(l.Fields, layers.Field{Name: "field_" + strconv.Itoa(i)})
		row.Values = append(row.Values, v)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = geojson.AppendFeature(dst[:0], l, row, geojson.Format{})
	}
	b.SetBytes(int64(len(dst)))
}
