package photo

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"time"
)

// Tags of EXIF 2.32 (CIPA DC-008) that facts are read from.
const (
	tagOrientation  = 0x0112
	tagDateTime     = 0x0132
	tagExifIFD      = 0x8769
	tagGPSIFD       = 0x8825
	tagOriginal     = 0x9003
	tagOffset       = 0x9010 // of DateTime
	tagOffsetOrig   = 0x9011
	gpsLatRef       = 1
	gpsLat          = 2
	gpsLonRef       = 3
	gpsLon          = 4
	gpsTime         = 7
	gpsBearing      = 17
	gpsDate         = 29
	gpsAccuracy     = 31
	typeASCII       = 2
	typeShort       = 3
	typeLong        = 4
	typeRational    = 5
	maxTagsInFolder = 512
)

// exifTags are the tags that were found; texts and numbers as they stand.
type exifTags struct {
	orientation int // 1 to 8; 0: not said
	original    string
	originalOff string
	changed     string
	changedOff  string
	gps         gpsTags
}

type gpsTags struct {
	latRef, lonRef, date string
	lat, lon, time       []float64
	bearing, accuracy    []float64
}

// tiff reads the folders of an EXIF block. Offsets count from its start.
type tiff struct {
	b     []byte
	order binary.ByteOrder
}

// readEXIF reads what it can: a broken block tells less, never an error. It
// follows at most three folders, each once.
func readEXIF(b []byte) exifTags {
	var out exifTags
	t := &tiff{b: b}
	switch {
	case len(b) < 8:
		return out
	case string(b[:4]) == "II*\x00":
		t.order = binary.LittleEndian
	case string(b[:4]) == "MM\x00*":
		t.order = binary.BigEndian
	default:
		return out
	}
	var exifAt, gpsAt uint32
	t.folder(t.order.Uint32(b[4:]), func(e entry) {
		switch e.tag {
		case tagOrientation:
			if v := e.numbers(); len(v) == 1 && v[0] >= 1 && v[0] <= 8 {
				out.orientation = int(v[0])
			}
		case tagDateTime:
			out.changed = e.text()
		case tagExifIFD:
			exifAt = e.offset()
		case tagGPSIFD:
			gpsAt = e.offset()
		}
	})
	t.folder(exifAt, func(e entry) {
		switch e.tag {
		case tagOriginal:
			out.original = e.text()
		case tagOffsetOrig:
			out.originalOff = e.text()
		case tagOffset:
			out.changedOff = e.text()
		}
	})
	g := &out.gps
	t.folder(gpsAt, func(e entry) {
		switch e.tag {
		case gpsLatRef:
			g.latRef = e.text()
		case gpsLonRef:
			g.lonRef = e.text()
		case gpsLat:
			g.lat = e.numbers()
		case gpsLon:
			g.lon = e.numbers()
		case gpsTime:
			g.time = e.numbers()
		case gpsDate:
			g.date = e.text()
		case gpsBearing:
			g.bearing = e.numbers()
		case gpsAccuracy:
			g.accuracy = e.numbers()
		}
	})
	return out
}

// entry is one tag of a folder.
type entry struct {
	t     *tiff
	tag   uint16
	typ   uint16
	count uint32
	data  []byte // the values, whole
}

// folder visits the tags of the folder at an offset, 0 for none.
func (t *tiff) folder(at uint32, visit func(entry)) {
	if at < 8 || uint64(at)+2 > uint64(len(t.b)) {
		return
	}
	n := int(t.order.Uint16(t.b[at:]))
	for i := range min(n, maxTagsInFolder) {
		o := uint64(at) + 2 + 12*uint64(i)
		if o+12 > uint64(len(t.b)) {
			return
		}
		raw := t.b[o : o+12]
		e := entry{t: t, tag: t.order.Uint16(raw), typ: t.order.Uint16(raw[2:]), count: t.order.Uint32(raw[4:])}
		size := uint64(e.count)
		switch e.typ {
		case typeASCII:
		case typeShort:
			size *= 2
		case typeLong:
			size *= 4
		case typeRational:
			size *= 8
		default:
			continue
		}
		if e.data = raw[8:12]; size <= 4 {
			e.data = e.data[:size]
		} else if p := uint64(t.order.Uint32(raw[8:])); p+size <= uint64(len(t.b)) {
			e.data = t.b[p : p+size]
		} else {
			continue
		}
		visit(e)
	}
}

// text is the value of an ASCII tag up to its zero.
func (e *entry) text() string {
	if e.typ != typeASCII {
		return ""
	}
	s, _, _ := strings.Cut(string(e.data[:min(len(e.data), 64)]), "\x00")
	return strings.TrimSpace(s)
}

// offset is the place of another folder.
func (e *entry) offset() uint32 {
	if e.typ != typeLong || e.count != 1 {
		return 0
	}
	return e.t.order.Uint32(e.data)
}

// numbers are the first values of a tag, at most three.
func (e *entry) numbers() []float64 {
	var out []float64
	for i := range min(int(min(e.count, 3)), 3) {
		switch e.typ {
		case typeShort:
			out = append(out, float64(e.t.order.Uint16(e.data[2*i:])))
		case typeLong:
			out = append(out, float64(e.t.order.Uint32(e.data[4*i:])))
		case typeRational:
			n, d := e.t.order.Uint32(e.data[8*i:]), e.t.order.Uint32(e.data[8*i+4:])
			if d == 0 {
				return nil
			}
			out = append(out, float64(n)/float64(d))
		}
	}
	return out
}

// maxAccuracyM is more than a position of a camera is off: a larger estimate says
// that it does not know.
const maxAccuracyM = 100_000

// facts are what the tags say, as far as it can be true.
func (x *exifTags) facts(zone *time.Location, now time.Time) Facts {
	f := Facts{TakenAt: x.takenAt(zone, now)}
	g := &x.gps
	lat, ok1 := degrees(g.lat, g.latRef, "N", "S", 90)
	lon, ok2 := degrees(g.lon, g.lonRef, "E", "W", 180)
	if ok1 && ok2 && (lat != 0 || lon != 0) { // cameras without a position write zeros
		f.Placed, f.Lon, f.Lat = true, lon, lat
		if len(g.accuracy) == 1 && g.accuracy[0] > 0 && g.accuracy[0] <= maxAccuracyM {
			f.AccuracyM = g.accuracy[0]
		}
	}
	if len(g.bearing) == 1 && g.bearing[0] >= 0 && g.bearing[0] <= 360 {
		b := math.Mod(g.bearing[0], 360)
		f.Bearing = &b
	}
	return f
}

// degrees joins degrees, minutes and seconds. It reports false for what is no
// latitude or longitude.
func degrees(v []float64, ref, positive, negative string, most float64) (float64, bool) {
	if len(v) != 3 || v[1] > 60 || v[2] > 60 {
		return 0, false
	}
	d := v[0] + v[1]/60 + v[2]/3600
	switch {
	case d > most:
		return 0, false
	case ref == negative:
		return -d, true
	}
	return d, ref == positive
}

// earliest is when cameras began to write EXIF; clocks that were never set say
// less.
const earliestYear = 1996

// takenAt is when the picture was taken: the time of the shot, by its offset, the
// satellites' time or the zone, in this order of trust.
func (x *exifTags) takenAt(zone *time.Location, now time.Time) time.Time {
	for _, c := range []struct{ text, offset string }{{x.original, x.originalOff}, {x.changed, x.changedOff}} {
		if c.text == "" {
			continue
		}
		z := zone
		if east, ok := parseOffset(c.offset); ok {
			z = time.FixedZone("", east)
		}
		t, err := time.ParseInLocation("2006:01:02 15:04:05", c.text, z)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() >= earliestYear && !t.After(now) {
			return t
		}
	}
	if g := &x.gps; len(g.time) == 3 && g.time[0] < 24 && g.time[1] < 60 && g.time[2] < 60 {
		if day, err := time.Parse("2006:01:02", g.date); err == nil {
			t := day.Add(time.Duration((g.time[0]*3600 + g.time[1]*60 + g.time[2]) * float64(time.Second)))
			if t = t.UTC(); t.Year() >= earliestYear && !t.After(now) {
				return t
			}
		}
	}
	return time.Time{}
}

// parseOffset reads "+08:00" into seconds east.
func parseOffset(s string) (int, bool) {
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	h, err1 := strconv.ParseUint(s[1:3], 10, 8)
	m, err2 := strconv.ParseUint(s[4:], 10, 8)
	if err1 != nil || err2 != nil || h > 14 || m > 59 {
		return 0, false
	}
	east := int(h*3600 + m*60)
	if s[0] == '-' {
		east = -east
	}
	return east, true
}

// orientationEXIF is an EXIF block that says nothing but how the picture is
// turned.
func orientationEXIF(orientation int) []byte {
	b := []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1}
	b = binary.BigEndian.AppendUint16(b, tagOrientation)
	b = binary.BigEndian.AppendUint16(b, typeShort)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, 0, byte(orientation), 0, 0)
	return append(b, 0, 0, 0, 0)
}
