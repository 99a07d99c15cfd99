package photo

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// FuzzClean holds for any bytes: what is cleaned without error stays as it is when
// it is cleaned again, tells nothing more, and has the pixels of the original.
func FuzzClean(f *testing.F) {
	all := sources(f, rand.New(rand.NewPCG(1, 1)))
	x := told{orientation: 6, original: "2026:11:20 10:11:12", lat: 30.69, lon: 111.28, placed: true, little: true}
	for _, b := range all {
		f.Add(b)
		f.Add(plant(FormatOf(b), b, x.exif()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		limits := Limits{Bytes: 1 << 20, Pixels: 1 << 16, Memory: 4 << 20}
		p, err := Clean(b, limits, testZone, testNow)
		if err != nil {
			return
		}
		if f := p.Facts; f.Placed && (f.Lat < -90 || f.Lat > 90 || f.Lon < -180 || f.Lon > 180) || f.TakenAt.After(testNow) {
			t.Fatalf("impossible facts %+v", f)
		}
		again, err := Clean(p.Data, Limits{Bytes: 4 << 20, Pixels: 1 << 16, Memory: 8 << 20}, testZone, testNow)
		if err != nil {
			t.Fatalf("a cleaned file is refused: %v", err)
		}
		if !bytes.Equal(again.Data, p.Data) || again.Facts != (Facts{}) {
			t.Fatalf("cleaning again changes the file or tells %+v", again.Facts)
		}
		want, errBefore := Decode(&Picture{Header: Header{Format: p.Format}, Data: b})
		got, errAfter := Decode(p)
		if errBefore != nil { // what follows the picture may have spoilt it
			return
		}
		if errAfter != nil {
			t.Fatalf("cannot be decoded any more: %v", errAfter)
		}
		if p.Format == PNG {
			want = turned(want, readEXIFOf(b).orientation)
		}
		if !samePixels(want, got) {
			t.Fatal("pixels differ")
		}
		if _, err := Thumb(p, got, 50); err != nil {
			t.Fatal(err)
		}
	})
}

// readEXIFOf reads the EXIF block of a PNG file.
func readEXIFOf(b []byte) exifTags {
	_, exif, err := cleanPNG(b, &Limits{Bytes: 1 << 20, Pixels: 1 << 16, Memory: 8 << 20})
	if err != nil {
		return exifTags{}
	}
	return readEXIF(exif)
}

// FuzzEXIF holds for any bytes: reading ends, and what is told is possible.
func FuzzEXIF(f *testing.F) {
	f.Add((&told{orientation: 3, original: "2026:11:20 10:11:12", offset: "+08:00", lat: -1, lon: -2, placed: true, hasBearing: true, bearing: 7, accuracy: 3}).exif())
	f.Add((&told{little: true, gpsDate: "2026:01:02", gpsTime: [3]uint32{1, 2, 3}}).exif())
	f.Fuzz(func(t *testing.T, b []byte) {
		tags := readEXIF(b)
		if tags.orientation < 0 || tags.orientation > 8 {
			t.Fatalf("orientation %d", tags.orientation)
		}
		x := tags.facts(testZone, testNow)
		if x.Bearing != nil && (*x.Bearing < 0 || *x.Bearing >= 360) || x.AccuracyM < 0 || x.AccuracyM > maxAccuracyM || x.TakenAt.After(testNow) {
			t.Fatalf("impossible facts %+v", x)
		}
	})
}
