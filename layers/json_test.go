package layers_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wutu/geo/geotest"
	"wutu/layers"
)

// FuzzPlainJSON compares with a look at every byte, and the text that is written
// with what encoding/json reads.
func FuzzPlainJSON(f *testing.F) {
	for _, s := range []string{"", "abcdefgh", "岚江市翠园盛汽车服务", "a\"bcdefghijk", "abcdefg\\", "abcdefghi\x1f", "\x7f\x80", "ab\xffcdefgh", "\u2028 ends", strings.Repeat("x", 31) + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain := utf8.ValidString(s)
		for i := range len(s) {
			plain = plain && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\'
		}
		if layers.PlainJSON(s) != plain {
			t.Fatalf("%q is plain: %v", s, !plain)
		}
		var back string
		if err := json.Unmarshal(layers.AppendJSONText(nil, s), &back); err != nil || back != strings.ToValidUTF8(strings.Map(func(r rune) rune { return r }, s), "\uFFFD") && utf8.ValidString(s) {
			t.Fatalf("%q became %q (%v)", s, back, err)
		}
	})
}

// TestEveryByteIsSeen puts every byte at every place of a short text.
func TestEveryByteIsSeen(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				b := []byte(strings.Repeat("m", n))
				b[at] = byte(c)
				want := c >= 0x20 && c != '"' && c != '\\' && c < 0x80
				if layers.PlainJSON(string(b)) != want {
					t.Fatalf("%q is plain: %v", b, !want)
				}
			}
		}
	}
}

// TestInstantsAreWrittenAsTimeDoes compares with the standard library.
func TestInstantsAreWrittenAsTimeDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 5))
	check := func(us int64) {
		v := layers.InstantMicro(us)
		if got, want := string(v.AppendJSON(nil)), `"`+time.UnixMicro(us).UTC().Format(time.RFC3339Nano)+`"`; got != want {
			t.Fatalf("%d is written %s, not %s", us, got, want)
		}
	}
	for year := -5; year < 10010; year++ {
		for _, month := range []time.Month{1, 2, 3, 12} {
			at := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
			check(at.UnixMicro())
			check(at.UnixMicro() - 1)
			check(at.AddDate(0, 0, 28).UnixMicro())
		}
	}
	for range 200_000 {
		us := r.Int64N(4e17) - 2e17
		for range r.IntN(7) {
			us = us / 10 * 10
		}
		check(us - us%[]int64{1, 1000, 1_000_000, 60_000_000}[r.IntN(4)])
	}
}

// TestNumbersAreTheShortest compares with strconv.
func TestNumbersAreTheShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 6))
	for i := range 400_000 {
		f := (r.Float64()*2 - 1) * math.Pow(10, float64(r.IntN(40)-15))
		switch i % 3 {
		case 0:
			p := math.Pow(10, float64(r.IntN(17)))
			f = math.Round(f*p) / p
		case 1:
			f = float64(r.Int64N(2e15)-1e15) / math.Pow(10, float64(r.IntN(12)))
			for range r.IntN(3) {
				f = math.Nextafter(f, math.Inf(1-2*r.IntN(2)))
			}
		}
		v := layers.Float(f)
		format := byte('f')
		if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		if got, want := string(v.AppendJSON(nil)), strconv.FormatFloat(v.Float(), format, -1, 64); got != want {
			t.Fatalf("%v is written %s, not %s", f, got, want)
		}
	}
}
