package formats_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	csvfile "wutu/data/csv"
	"wutu/data/geojson"
	"wutu/data/ingest"
	"wutu/data/osm"
	"wutu/layers"
)

// drain reads a source twice and checks what holds for every decoder: it ends,
// its errors have a kind, records are numbered from 1, names and values go
// together, and a second pass gives as many records.
func drain(t *testing.T, open func(ingest.File) ingest.Source, data []byte) {
	f := ingest.File{Name: "fuzz", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	src := open(f)
	ctx := context.Background()
	var counts [2]int64
	for pass := range counts {
		dec, err := src.Open(ctx)
		if err != nil {
			if layers.KindOf(err) == layers.Internal {
				t.Fatalf("open: %v", err)
			}
			return
		}
		for {
			r, err := dec.Next(ctx)
			if err != nil {
				if !errors.Is(err, io.EOF) && layers.KindOf(err) == layers.Internal {
					t.Fatalf("%v", err)
				}
				break
			}
			if counts[pass]++; r.Record != counts[pass] {
				t.Fatalf("record %d is numbered %d", counts[pass], r.Record)
			}
			if r.Err == nil && len(r.Names) != len(r.Values) {
				t.Fatalf("%d names, %d values", len(r.Names), len(r.Values))
			}
			if counts[pass] > int64(8*len(data)+8) {
				t.Fatal("more records than bytes")
			}
		}
		if err := dec.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if counts[0] != counts[1] {
		t.Fatalf("%d records, then %d", counts[0], counts[1])
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(collect(good, good)))
	f.Add([]byte(good + "\n" + good))
	f.Add([]byte("\x1e" + good + "\n\x1e" + good))
	f.Add([]byte("{\n \"type\": \"Feature\",\n \"geometry\": null}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, func(f ingest.File) ingest.Source { return geojson.NewSource(f) }, data)
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,lon,lat\n1,\"2\",3\n\"x\"\"y\",,\r\n"))
	f.Add([]byte("\uFEFFid;wkt\n1;POINT(1 2)\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, func(f ingest.File) ingest.Source { return csvfile.NewSource(f) }, data)
	})
}

func FuzzOSM(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x0d\x0a\x07OSMData\x18\x1c\x0a\x1a\x0a\x05\x0a\x00\x0a\x01a\x12\x11\x12\x0f\x0a\x01\x02\x42\x01\x02\x4a\x01\x02\x52\x04\x01\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drain(t, func(f ingest.File) ingest.Source { return osm.NewSource(f) }, data)
	})
}
