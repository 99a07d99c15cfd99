package photo

import (
	"bytes"
	"image"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wutu/layers"
)

func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// samePixels compares two pictures pixel by pixel.
func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, a1 := a.At(x, y).RGBA()
			r2, g2, b2, a2 := b.At(x, y).RGBA()
			if r1 != r2 || g1 != g2 || b1 != b2 || a1 != a2 {
				return false
			}
		}
	}
	return true
}

// display turns a picture by composing quarter turns and a mirror, as the table of
// the EXIF standard words it, knowing nothing of unturn.
func display(img image.Image, orientation int) image.Image {
	quarter := func(src image.Image) image.Image { // clockwise
		b := src.Bounds()
		dst := image.NewRGBA64(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				dst.Set(b.Dy()-1-y, x, src.At(x, y))
			}
		}
		return dst
	}
	mirror := func(src image.Image) image.Image {
		b := src.Bounds()
		dst := image.NewRGBA64(image.Rect(0, 0, b.Dx(), b.Dy()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				dst.Set(b.Dx()-1-x, y, src.At(x, y))
			}
		}
		return dst
	}
	turns := map[int]struct {
		quarters int
		mirrored bool
	}{2: {0, true}, 3: {2, false}, 4: {2, true}, 5: {3, true}, 6: {1, false}, 7: {1, true}, 8: {3, false}}[orientation]
	if turns.mirrored {
		img = mirror(img)
	}
	for range turns.quarters {
		img = quarter(img)
	}
	return img
}

func decode(t testing.TB, f Format, b []byte) image.Image {
	t.Helper()
	img, err := Decode(&Picture{Header: Header{Format: f}, Data: b})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestCleanLeavesThePixelsAndNothingElse(t *testing.T) {
	r := seeded(t)
	all := sources(t, r)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		original := all[name]
		format := FormatOf(original)
		for orientation := range 9 {
			x := told{little: r.IntN(2) == 0, orientation: orientation, original: "2026:11:20 10:11:12", lat: 30.69, lon: 111.28, placed: true}
			dirty := plant(format, original, x.exif())
			want := decode(t, format, dirty)
			p, err := Clean(dirty, Limits{}, testZone, testNow)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if bytes.Contains(p.Data, []byte("SECRET")) {
				t.Fatalf("%s, orientation %d: the secret is still there", name, orientation)
			}
			got := decode(t, format, p.Data)
			if format == PNG && orientation > 1 {
				want = display(want, orientation)
			}
			if !samePixels(want, got) {
				t.Fatalf("%s, orientation %d: pixels differ", name, orientation)
			}
			upright := display(got, p.Orientation).Bounds()
			if p.Width != upright.Dx() || p.Height != upright.Dy() {
				t.Errorf("%s, orientation %d: says %d × %d, shows %v", name, orientation, p.Width, p.Height, upright)
			}
			if want := max(1, orientation); format != PNG && p.Orientation != want {
				t.Errorf("%s: orientation %d, want %d", name, p.Orientation, want)
			}
			if !p.Facts.Placed || math.Abs(p.Facts.Lat-30.69) > 1e-7 || math.Abs(p.Facts.Lon-111.28) > 1e-7 {
				t.Errorf("%s: facts %+v", name, p.Facts)
			}
			if want := time.Date(2026, 11, 20, 2, 11, 12, 0, time.UTC); !p.Facts.TakenAt.Equal(want) {
				t.Errorf("%s: taken at %v, want %v", name, p.Facts.TakenAt, want)
			}
			again, err := Clean(p.Data, Limits{}, testZone, testNow)
			if err != nil || !bytes.Equal(again.Data, p.Data) {
				t.Fatalf("%s, orientation %d: cleaning again changes the file (%v)", name, orientation, err)
			}
			if again.Facts != (Facts{}) || again.Width != p.Width || again.Height != p.Height {
				t.Errorf("%s: a cleaned file still tells %+v", name, again.Facts)
			}
		}
	}
}

func TestFactsAreThoseOfTheFile(t *testing.T) {
	r := seeded(t)
	base := encodeJPEG(t, noise(r, 0))
	for range 500 {
		x := told{little: r.IntN(2) == 0, placed: r.IntN(4) > 0, lat: r.Float64()*180 - 90, lon: r.Float64()*360 - 180,
			accuracy: float64(r.IntN(1000)) / 10, hasBearing: r.IntN(2) == 0, bearing: float64(r.IntN(36000)) / 100}
		at := time.Date(1990+r.IntN(40), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC)
		var want time.Time
		switch r.IntN(4) {
		case 0: // local time of the zone
			x.original = at.In(testZone).Format("2006:01:02 15:04:05")
			want = at
		case 1: // with an offset
			x.original, x.offset = at.In(time.FixedZone("", -9*3600-1800)).Format("2006:01:02 15:04:05"), "-09:30"
			want = at
		case 2: // the satellites' only
			x.gpsDate, x.gpsTime = at.Format("2006:01:02"), [3]uint32{uint32(at.Hour()), uint32(at.Minute()), uint32(at.Second())}
			want = at
		case 3: // nonsense
			x.original = pickText(r, "    :  :     :  :  ", "0000:00:00 00:00:00", "2026:13:40 99:00:00", secret)
		}
		if want.Year() < 1996 || want.After(testNow) {
			want = time.Time{}
		}
		p, err := Clean(plantJPEG(base, x.exif()), Limits{}, testZone, testNow)
		if err != nil {
			t.Fatal(err)
		}
		f := p.Facts
		if !f.TakenAt.Equal(want) {
			t.Fatalf("%+v: taken at %v, want %v", x, f.TakenAt, want)
		}
		if f.Placed != x.placed || x.placed && (math.Abs(f.Lat-x.lat) > 1e-7 || math.Abs(f.Lon-x.lon) > 1e-7) {
			t.Fatalf("%+v: place %+v", x, f)
		}
		if x.placed && math.Abs(f.AccuracyM-x.accuracy) > .05 {
			t.Fatalf("%+v: accuracy %v", x, f.AccuracyM)
		}
		if (f.Bearing != nil) != x.hasBearing || x.hasBearing && math.Abs(*f.Bearing-x.bearing) > .011 {
			t.Fatalf("%+v: bearing %v", x, f.Bearing)
		}
	}
}

func pickText(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func TestWhatIsRefused(t *testing.T) {
	r := seeded(t)
	jpegFile, pngFile := encodeJPEG(t, noise(r, 0)), encodePNG(t, noise(r, 0))
	webpFile, err := os.ReadFile("testdata/lossless.webp")
	if err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(pngFile)
	copy(huge[16:], "\x00\x00\xEA\x60\x00\x00\xEA\x60") // 60,000 × 60,000
	huge = slices.Concat(huge[:8], pngPart("IHDR", string(huge[16:29])), huge[33:])
	wide := bytes.Clone(jpegFile)
	sof := bytes.Index(wide, []byte{0xFF, 0xC0})
	copy(wide[sof+5:], "\xF0\x00\xF0\x00")
	scans := bytes.Clone(jpegFile[:len(jpegFile)-2])
	sos := bytes.Index(scans, []byte{0xFF, 0xDA})
	for range maxScans {
		scans = append(scans, jpegFile[sos:len(jpegFile)-2]...)
	}
	cases := []struct {
		name   string
		data   []byte
		limits Limits
		kind   layers.Kind
	}{
		{"nothing", nil, Limits{}, layers.Unsupported},
		{"text", []byte("hello, world, this is no picture"), Limits{}, layers.Unsupported},
		{"gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), Limits{}, layers.Unsupported},
		{"svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"), Limits{}, layers.Unsupported},
		{"too many bytes", jpegFile, Limits{Bytes: len(jpegFile) - 1}, layers.TooLarge},
		{"too many pixels", pngFile, Limits{Pixels: 0x7, Bytes: 1 << 20}, layers.TooLarge},
		{"too much memory", pngFile, Limits{Memory: 3}, layers.TooLarge},
		{"a bomb in PNG", huge, Limits{}, layers.TooLarge},
		{"a bomb in JPEG", wide, Limits{}, layers.TooLarge},
		{"many scans", append(scans, 0xFF, 0xD9), Limits{}, layers.Invalid},
		{"half a JPEG", jpegFile[:len(jpegFile)/2], Limits{}, layers.Invalid},
		{"half a PNG", pngFile[:len(pngFile)/2], Limits{}, layers.Invalid},
		{"half a WebP", webpFile[:len(webpFile)/2], Limits{}, layers.Invalid},
		{"JPEG without pixels", []byte{0xFF, 0xD8, 0xFF, 0xD9}, Limits{}, layers.Invalid},
		{"a moving WebP", slices.Concat([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02"), make([]byte, 9)), Limits{}, layers.Unsupported},
	}
	for _, c := range cases {
		_, err := Clean(c.data, c.limits, testZone, testNow)
		if got := layers.KindOf(err); err == nil || got != c.kind {
			t.Errorf("%s: %v (%v), want %v", c.name, err, got, c.kind)
		}
	}
}

func TestThumbIsUprightAndSmall(t *testing.T) {
	// Four quarters of one colour each tell how a picture is turned.
	img := image.NewNRGBA(image.Rect(0, 0, 1000, 600))
	for y := range 600 {
		for x := range 1000 {
			o := img.PixOffset(x, y)
			img.Pix[o+3] = 255
			if x >= 500 {
				img.Pix[o] = 250
			}
			if y >= 300 {
				img.Pix[o+1] = 250
			}
		}
	}
	file := encodeJPEG(t, img)
	for orientation := 1; orientation <= 8; orientation++ {
		p, err := Clean(plantJPEG(file, (&told{orientation: orientation}).exif()), Limits{}, testZone, testNow)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Thumb(p, decode(t, JPEG, p.Data), 100)
		if err != nil {
			t.Fatal(err)
		}
		got, want := decode(t, JPEG, b), display(img, orientation)
		if longest := max(got.Bounds().Dx(), got.Bounds().Dy()); longest != 100 || (got.Bounds().Dx() > got.Bounds().Dy()) != (orientation < 5) {
			t.Errorf("orientation %d: %v", orientation, got.Bounds())
		}
		w, h := got.Bounds().Dx(), got.Bounds().Dy()
		for _, at := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
			r1, g1, _, _ := got.At(at[0]*w/4, at[1]*h/4).RGBA()
			r2, g2, _, _ := want.At(at[0]*want.Bounds().Dx()/4, at[1]*want.Bounds().Dy()/4).RGBA()
			if r1>>15 != r2>>15 || g1>>15 != g2>>15 {
				t.Errorf("orientation %d: another colour at %v", orientation, at)
			}
		}
	}
}

func TestShrinkKeepsTheLight(t *testing.T) {
	r := seeded(t)
	for range 50 {
		img := noise(r, r.IntN(7))
		small := shrink(img, 1+r.IntN(80))
		var want, got [3]float64
		b := img.Bounds()
		for y := range b.Dy() {
			for x := range b.Dx() {
				c := [3]uint32{}
				var a uint32
				c[0], c[1], c[2], a = img.At(x, y).RGBA()
				for i := range c {
					want[i] += float64(c[i]+0xFFFF-a) / 257
				}
			}
		}
		for i := 0; i < len(small.Pix); i += 4 {
			for k := range 3 {
				got[k] += float64(small.Pix[i+k])
			}
		}
		n, m := float64(b.Dx()*b.Dy()), float64(len(small.Pix)/4)
		if b.Dx()%small.Rect.Dx() != 0 || b.Dy()%small.Rect.Dy() != 0 {
			continue // pixels weigh differently then
		}
		for k := range 3 {
			if math.Abs(want[k]/n-got[k]/m) > 1.5 {
				t.Errorf("%v to %v: channel %d is %.1f, was %.1f", b, small.Rect, k, got[k]/m, want[k]/n)
			}
		}
	}
}

func TestIDs(t *testing.T) {
	r := seeded(t)
	base := encodeJPEG(t, noise(r, 0))
	clean := func(x *told) *Picture {
		p, err := Clean(plantJPEG(base, x.exif()), Limits{}, testZone, testNow)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	here, there, plain := clean(&told{placed: true, lat: 1, lon: 2}), clean(&told{placed: true, lat: 1, lon: 3}), clean(&told{})
	ids := map[string]string{}
	for name, k := range map[string]Kept{"a here": Keep(here, "a", testNow), "b here": Keep(here, "b", testNow), "a there": Keep(there, "a", testNow), "a plain": Keep(plain, "a", testNow)} {
		if !IsID(k.ID) || IDOfFile(k.File()) != k.ID || IDOfFile(k.ThumbFile()) != k.ID {
			t.Errorf("%s: %q", name, k.ID)
		}
		if other, twice := ids[k.ID]; twice {
			t.Errorf("%s and %s have one id", name, other)
		}
		ids[k.ID] = name
	}
	if Keep(here, "a", testNow.Add(time.Hour)).ID != Keep(here, "a", testNow).ID {
		t.Error("the same picture sent later has another id")
	}
	for _, s := range []string{"", "a", strings.Repeat("g", 32), strings.Repeat("A", 32), strings.Repeat("a", 33), "../../../../etc/passwd0000000000000"} {
		if IsID(s) {
			t.Errorf("%q passes as an id", s)
		}
	}
}
