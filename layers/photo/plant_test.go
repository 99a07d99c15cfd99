package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// secret stands in all metadata that is planted: it must be nowhere afterwards.
const secret = "SECRET-张三-13812345678"

// told is what an EXIF block is made to say.
type told struct {
	little      bool
	orientation int
	original    string
	offset      string
	lat, lon    float64
	placed      bool
	accuracy    float64
	bearing     float64
	hasBearing  bool
	gpsDate     string
	gpsTime     [3]uint32
}

// tiffWriter writes EXIF the way the standard describes it, knowing nothing of
// the reader.
type tiffWriter struct {
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
}

type ifdTag struct {
	tag, typ uint16
	count    uint32
	value    []byte
}

func (w *tiffWriter) ascii(tag uint16, s string) ifdTag {
	return ifdTag{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func (w *tiffWriter) rationals(tag uint16, v ...uint32) ifdTag {
	t := ifdTag{tag: tag, typ: 5, count: uint32(len(v) / 2)}
	for _, x := range v {
		t.value = w.order.AppendUint32(t.value, x)
	}
	return t
}

func (w *tiffWriter) folder(at int, tags []ifdTag) (ifd, data []byte) {
	size := 2 + 12*len(tags) + 4
	ifd = w.order.AppendUint16(nil, uint16(len(tags)))
	for _, t := range tags {
		ifd = w.order.AppendUint16(ifd, t.tag)
		ifd = w.order.AppendUint16(ifd, t.typ)
		ifd = w.order.AppendUint32(ifd, t.count)
		if len(t.value) <= 4 {
			ifd = append(ifd, append(bytes.Clone(t.value), 0, 0, 0, 0)[:4]...)
			continue
		}
		ifd = w.order.AppendUint32(ifd, uint32(at+size+len(data)))
		data = append(data, t.value...)
	}
	return append(ifd, 0, 0, 0, 0), data
}

func (x *told) exif() []byte {
	w := &tiffWriter{}
	w.order = binary.BigEndian
	b := []byte("MM\x00*\x00\x00\x00\x08")
	if x.little {
		w.order = binary.LittleEndian
		b = []byte("II*\x00\x08\x00\x00\x00")
	}
	short := func(tag uint16, v int) ifdTag {
		return ifdTag{tag, 3, 1, w.order.AppendUint16(nil, uint16(v))}
	}
	long := func(tag uint16, v int) ifdTag { return ifdTag{tag, 4, 1, w.order.AppendUint32(nil, uint32(v))} }
	var exif, gps []ifdTag
	if x.original != "" {
		exif = append(exif, w.ascii(0x9003, x.original))
	}
	if x.offset != "" {
		exif = append(exif, w.ascii(0x9011, x.offset))
	}
	exif = append(exif, w.ascii(0xA420, secret))
	if x.placed {
		ref := func(v float64, p, n string) string {
			if v < 0 {
				return n
			}
			return p
		}
		dms := func(v float64) []uint32 {
			v = max(v, -v)
			d := uint32(v)
			m := uint32((v - float64(d)) * 60)
			s := (v - float64(d) - float64(m)/60) * 3600
			return []uint32{d, 1, m, 1, uint32(s*100000 + .5), 100000}
		}
		gps = append(gps, w.ascii(1, ref(x.lat, "N", "S")), w.rationals(2, dms(x.lat)...), w.ascii(3, ref(x.lon, "E", "W")), w.rationals(4, dms(x.lon)...))
	}
	if x.gpsDate != "" {
		gps = append(gps, w.rationals(7, x.gpsTime[0], 1, x.gpsTime[1], 1, x.gpsTime[2], 1))
	}
	if x.hasBearing {
		gps = append(gps, w.rationals(17, uint32(x.bearing*100), 100))
	}
	if x.gpsDate != "" {
		gps = append(gps, w.ascii(29, x.gpsDate))
	}
	if x.accuracy > 0 {
		gps = append(gps, w.rationals(31, uint32(x.accuracy*10), 10))
	}
	main := []ifdTag{w.ascii(0x010F, secret), long(0x8769, 0), long(0x8825, 0)}
	if x.orientation != 0 {
		main = append(main[:1:1], append([]ifdTag{short(0x0112, x.orientation)}, main[1:]...)...)
	}
	ifd, data := w.folder(8, main)
	exifAt := 8 + len(ifd) + len(data)
	ifd1, data1 := w.folder(exifAt, exif)
	gpsAt := exifAt + len(ifd1) + len(data1)
	ifd2, data2 := w.folder(gpsAt, gps)
	for i := range main {
		switch main[i].tag {
		case 0x8769:
			main[i] = long(0x8769, exifAt)
		case 0x8825:
			main[i] = long(0x8825, gpsAt)
		}
	}
	ifd, data = w.folder(8, main)
	for _, part := range [][]byte{ifd, data, ifd1, data1, ifd2, data2} {
		b = append(b, part...)
	}
	return b
}

// plantJPEG puts metadata of every kind before, between and behind the segments.
func plantJPEG(b, exif []byte) []byte {
	seg := func(marker byte, body string) []byte {
		return append([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	out := []byte{0xFF, 0xD8}
	out = append(out, seg(0xE0, "JFXX\x00\x13"+secret)...)
	out = append(out, seg(0xE1, "Exif\x00\x00"+string(exif))...)
	out = append(out, seg(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>")...)
	out = append(out, seg(0xE2, "ICC_PROFILE\x00\x01\x01"+secret)...)
	out = append(out, seg(0xE2, "MPF\x00"+secret)...)
	out = append(out, seg(0xED, "Photoshop 3.0\x008BIM"+secret)...)
	out = append(out, seg(0xEB, "JP"+secret)...)
	out = append(out, seg(0xFE, secret)...)
	rest := b[2:]
	if i := bytes.Index(rest, []byte{0xFF, 0xDA}); i >= 0 { // and just before the scan, with fill bytes
		out = append(out, rest[:i]...)
		out = append(out, 0xFF, 0xFF)
		out = append(out, seg(0xFE, secret)...)
		rest = rest[i:]
	}
	out = append(out, rest...)
	out = append(out, "trailing "+secret...)
	return append(out, b...) // a second picture behind the first
}

func pngPart(name, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func plantPNG(b, exif []byte) []byte {
	out := append([]byte{}, b[:8+25]...) // signature, IHDR
	for _, p := range [][2]string{{"tEXt", "Author\x00" + secret}, {"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + secret}, {"zTXt", secret},
		{"iCCP", secret}, {"pHYs", "\x00\x00\x00\x01\x00\x00\x00\x01\x01"}, {"tIME", "\x07\xe9\x01\x02\x03\x04\x05"}, {"prVt", secret},
		{"eXIf", string(exif)}} {
		out = append(out, pngPart(p[0], p[1])...)
	}
	rest := b[8+25:]
	end := len(rest) - 12
	out = append(out, rest[:end]...)
	out = append(out, pngPart("IDAT", secret)...) // behind the end of the stream
	out = append(out, pngPart("tEXt", "Comment\x00"+secret)...)
	out = append(out, rest[end:]...)
	return append(out, secret...)
}

func plantWebP(b, exif []byte) []byte {
	chunk := func(name, body string) []byte {
		c := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		c = append(c, body...)
		if len(body)%2 == 1 {
			c = append(c, 0)
		}
		return c
	}
	body := b[12:]
	var head []byte
	if string(body[:4]) == "VP8X" {
		head, body = body[:18], body[18:]
		head = bytes.Clone(head)
		head[8] |= 0x2C
	} else {
		img, err := Decode(&Picture{Header: Header{Format: WebP}, Data: b})
		if err != nil {
			panic(err)
		}
		w, h := img.Bounds().Dx()-1, img.Bounds().Dy()-1
		head = chunk("VP8X", string([]byte{0x2C, 0, 0, 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0}))
	}
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), head...)
	out = append(out, chunk("ICCP", secret)...)
	out = append(out, body...)
	out = append(out, chunk("EXIF", string(exif))...)
	out = append(out, chunk("XMP ", secret)...)
	out = append(out, chunk("what", secret+"!")...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return append(out, secret...)
}

func plant(f Format, b, exif []byte) []byte {
	switch f {
	case JPEG:
		return plantJPEG(b, exif)
	case PNG:
		return plantPNG(b, exif)
	default:
		return plantWebP(b, exif)
	}
}

// noise is a picture of random size with a gradient and noise in it.
func noise(r *rand.Rand, kind int) image.Image {
	w, h := 1+r.IntN(70), 1+r.IntN(70)
	n := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			n.SetNRGBA(x, y, color.NRGBA{R: byte(3 * x), G: byte(3 * y), B: byte(r.IntN(256)), A: byte(200 + r.IntN(56))})
		}
	}
	convert := func(dst interface {
		image.Image
		Set(x, y int, c color.Color)
	}) image.Image {
		for y := range h {
			for x := range w {
				dst.Set(x, y, n.At(x, y))
			}
		}
		return dst
	}
	switch kind {
	case 1:
		return convert(image.NewGray(n.Rect))
	case 2:
		return convert(image.NewGray16(n.Rect))
	case 3:
		return convert(image.NewNRGBA64(n.Rect))
	case 4:
		return convert(image.NewPaletted(n.Rect, color.Palette{color.NRGBA{0, 0, 0, 255}, color.NRGBA{255, 0, 0, 128}, color.NRGBA{0, 200, 9, 255}}))
	case 5:
		return convert(image.NewRGBA(n.Rect))
	case 6:
		return convert(image.NewRGBA64(n.Rect))
	}
	return n
}

func encodePNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sources are pictures of every kind, without metadata.
func sources(t testing.TB, r *rand.Rand) map[string][]byte {
	out := map[string][]byte{}
	for kind := range 7 {
		out["png-"+string(rune('0'+kind))] = encodePNG(t, noise(r, kind))
	}
	out["jpeg-colour"], out["jpeg-grey"] = encodeJPEG(t, noise(r, 0)), encodeJPEG(t, noise(r, 1))
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no pictures in testdata", err)
	}
	for _, f := range files {
		if out[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

var (
	testZone = time.FixedZone("CST", 8*3600)
	testNow  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)
