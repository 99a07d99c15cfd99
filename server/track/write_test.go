package track

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers/track"
)

// Whatever is sent is read as records or refused, and what is a record makes a fix or
// an error with a field.
func FuzzRecords(f *testing.F) {
	f.Add(uint8(0), []byte(`[{"id":"a","lon":111.3,"lat":30.7,"time":"2026-11-21T08:00:00Z","speed":3},7,{}]`))
	f.Add(uint8(1), []byte("{\"id\":\"a\",\"lon\":1,\"lat\":2,\"time\":0}\n\n{\n"))
	f.Add(uint8(2), []byte("id,lon,lat,time,heading\na,1,2,3,\n\"b\n"))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		list, err := readRecords([]string{mediaJSON, mediaLines, mediaCSV}[kind%3], data)
		if err != nil {
			return
		}
		b := intake{coord: "wgs84"}
		for i := range list {
			r := &list[i]
			if (r.field == "") != (r.fault == "") {
				t.Fatalf("%+v", r)
			}
			if r.field != "" {
				continue
			}
			if fix, field, message := b.fix(r); message == "" && (fix.Point()[0] < -180 || fix.Point()[1] > 90 || field != "") {
				t.Fatalf("%+v is %v", r, fix)
			}
		}
	})
}

// What is written by hand reads as the library writes it.
func TestNumbersAndTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 21))
	for range 5000 {
		at := time.UnixMilli(r.Int64N(7_000_000_000_000))
		if r.IntN(3) == 0 {
			at = at.Truncate(time.Duration([]int{1, 10, 100, 1000}[r.IntN(4)]) * time.Millisecond)
		}
		f, err := track.NewFix(at, orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(appendInstant(nil, f)), at.UTC().Format(time.RFC3339Nano); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if got, err := strconv.ParseFloat(string(appendDegrees(nil, f.X)), 64); err != nil || got != f.Point()[0] {
			t.Fatalf("%v, want %v", got, f.Point()[0])
		}
	}
}
