package photo

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"wutu/layers"
)

// Format is the format of a picture file.
type Format uint8

// The formats.
const (
	JPEG Format = iota + 1
	PNG
	WebP
)

var formatNames = [...]string{"", "jpeg", "png", "webp"}

// String is the name of the format, "" for the zero value.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return ""
}

// MediaType is the format's media type, "image/jpeg".
func (f Format) MediaType() string { return "image/" + f.String() }

// MediaTypes lists the media types of the formats.
func MediaTypes() []string { return []string{JPEG.MediaType(), PNG.MediaType(), WebP.MediaType()} }

// FormatOf tells a file's format from its first bytes, 0 for any other.
func FormatOf(b []byte) Format {
	switch {
	case len(b) >= 3 && b[0] == 0xFF && b[1] == mSOI && b[2] == 0xFF:
		return JPEG
	case bytes.HasPrefix(b, []byte(pngSignature)):
		return PNG
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP
	}
	return 0
}

// Facts is what the file said of the picture's making. Zero parts are unknown.
type Facts struct {
	TakenAt   time.Time // UTC
	Placed    bool      // Lon and Lat are known
	Lon, Lat  float64   // degrees WGS 84
	AccuracyM float64   // radius in metres, as the camera estimates it
	Bearing   *float64  // degrees from north, clockwise, in [0, 360): where the camera looked
}

// Header is what a file says of its pixels.
type Header struct {
	Format      Format
	Width       int // pixels as displayed: after turning
	Height      int
	Orientation int // 1 to 8, as EXIF numbers them; 1: upright
	Memory      int // bytes that decoding takes, estimated from above
}

// Picture is a picture without anything else.
type Picture struct {
	Header
	Facts Facts
	Data  []byte // the cleaned file
}

// Limits bounds pictures. The zero value has the default limits.
type Limits struct {
	Bytes  int // of the file; 0: 10 MiB
	Pixels int // width times height; 0: 50 million
	Memory int // that decoding takes; 0: 384 MiB
}

// Defaults: what telephones send fits (12 to 50 million pixels, 2 to 10 MiB).
const (
	defaultBytes  = 10 << 20
	defaultPixels = 50_000_000
	defaultMemory = 384 << 20
	maxSide       = 1<<16 - 1
)

// Fill puts the defaults in place of zero limits.
func (l Limits) Fill() Limits {
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes
	}
	if l.Pixels <= 0 {
		l.Pixels = defaultPixels
	}
	if l.Memory <= 0 {
		l.Memory = defaultMemory
	}
	return l
}

// Clean reads the facts of a picture file and copies what the picture itself is
// made of. zone is the time zone of cameras that do not say theirs; facts from
// after now are not believed. It does not keep b. Errors: Unsupported for other
// formats and moving pictures, TooLarge for what exceeds the limits, Invalid for
// damaged files. It costs a few passes over b, for PNG files also decompressing
// them once; turned PNG files are decoded and encoded.
func Clean(b []byte, limits Limits, zone *time.Location, now time.Time) (*Picture, error) {
	limits = limits.Fill()
	if len(b) > limits.Bytes {
		return nil, tooLarge("%d bytes are more than %d", len(b), limits.Bytes)
	}
	var p *Picture
	var exif []byte
	var err error
	switch FormatOf(b) {
	case JPEG:
		p, exif, err = cleanJPEG(b, &limits)
	case PNG:
		p, exif, err = cleanPNG(b, &limits)
	case WebP:
		p, exif, err = cleanWebP(b, &limits)
	default:
		return nil, unsupported("is neither a JPEG, a PNG nor a WebP file")
	}
	if err != nil {
		return nil, err
	}
	tags := readEXIF(exif)
	p.Facts = tags.facts(zone, now)
	p.Orientation = tags.orientation
	if err := p.orient(); err != nil {
		return nil, err
	}
	return p, nil
}

// orient makes the file say how it is turned, and the sizes those displayed.
func (p *Picture) orient() (err error) {
	if p.Orientation <= 1 {
		p.Orientation = 1
		return nil
	}
	switch p.Format {
	case JPEG:
		p.Data = orientJPEG(p.Data, p.Orientation)
	case WebP:
		p.Data = orientWebP(p.Data, p.Width, p.Height, p.Orientation)
	case PNG:
		if p.Data, err = turnPNG(p.Data, p.Orientation); err != nil {
			return err
		}
	}
	if p.Orientation >= 5 {
		p.Width, p.Height = p.Height, p.Width
	}
	if p.Format == PNG {
		p.Orientation = 1
	}
	return nil
}

// check compares a header with the limits.
func (h *Header) check(l *Limits) error {
	switch {
	case h.Width <= 0 || h.Height <= 0:
		return damaged("has no pixels")
	case h.Width > maxSide || h.Height > maxSide || h.Width*h.Height > l.Pixels:
		return tooLarge("%d × %d pixels are more than %d", h.Width, h.Height, l.Pixels)
	case h.Memory > l.Memory:
		return tooLarge("decoding %d × %d pixels of this kind takes %d MiB, more than %d", h.Width, h.Height, h.Memory>>20, l.Memory>>20)
	}
	return nil
}

func failure(kind layers.Kind, err error) error {
	return &layers.Error{Kind: kind, Op: "photo", Err: fmt.Errorf("the picture %w", err)}
}

func damaged(format string, args ...any) error {
	return failure(layers.Invalid, fmt.Errorf(format, args...))
}

func unsupported(text string) error { return failure(layers.Unsupported, errors.New(text)) }

func tooLarge(format string, args ...any) error {
	return failure(layers.TooLarge, fmt.Errorf("is too large: "+format, args...))
}
