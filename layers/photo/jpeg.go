package photo

import (
	"bytes"
	"encoding/binary"
)

// Markers of JPEG (ITU-T T.81 table B.1).
const (
	mSOI   = 0xD8
	mEOI   = 0xD9
	mSOS   = 0xDA
	mDQT   = 0xDB
	mDNL   = 0xDC
	mDRI   = 0xDD
	mDHT   = 0xC4
	mJPG   = 0xC8
	mDAC   = 0xCC
	mSOF0  = 0xC0
	mSOF1  = 0xC1
	mSOF2  = 0xC2
	mRST0  = 0xD0
	mRST7  = 0xD7
	mAPP0  = 0xE0
	mAPP1  = 0xE1
	mAPP14 = 0xEE
	mAPP15 = 0xEF
	mCOM   = 0xFE
	mTEM   = 0x01
)

// Bounds of what a decoder does for little data. Progressive files of cameras
// and programs have about ten scans.
const (
	maxScans    = 100
	maxSegments = 10_000
)

var (
	exifMark  = []byte("Exif\x00\x00")
	jfifMark  = []byte("JFIF\x00")
	adobeMark = []byte("Adobe")
	// jfif says that the colours are those of JFIF and the pixels square.
	jfif = []byte{0xFF, mAPP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}
)

// jpegWalk is a walk over the segments of a file.
type jpegWalk struct {
	out      []byte
	exif     []byte // the first EXIF block, behind its mark
	header   Header
	framed   bool
	jfif     bool
	adobe    bool
	scans    int
	segments int
}

// cleanJPEG copies the segments that the pixels are made of.
func cleanJPEG(b []byte, limits *Limits) (*Picture, []byte, error) {
	w := &jpegWalk{out: make([]byte, 0, len(b)), header: Header{Format: JPEG, Orientation: 1}}
	w.out = append(w.out, 0xFF, mSOI)
	for at := 2; ; {
		marker, next, err := nextMarker(b, at)
		if err != nil {
			return nil, nil, err
		}
		at = next
		switch {
		case marker == mEOI:
			if w.scans == 0 {
				return nil, nil, damaged("ends before its pixels")
			}
			w.out = append(w.out, 0xFF, mEOI)
			return &Picture{Header: w.header, Data: w.out}, w.exif, nil
		case marker == mSOI || marker >= mRST0 && marker <= mRST7 || marker == mTEM:
			return nil, nil, damaged("has marker FF%02X out of place at byte %d", marker, at-1)
		}
		if at+2 > len(b) {
			return nil, nil, damaged("breaks off at byte %d", at)
		}
		n := int(binary.BigEndian.Uint16(b[at:]))
		if n < 2 || at+n > len(b) {
			return nil, nil, damaged("has a segment of %d bytes at byte %d, which does not fit", n, at)
		}
		body := b[at+2 : at+n]
		at += n
		if w.segments++; w.segments > maxSegments {
			return nil, nil, damaged("has more than %d segments", maxSegments)
		}
		if err := w.segment(marker, body, limits); err != nil {
			return nil, nil, err
		}
		if marker == mSOS {
			if w.scans++; w.scans > maxScans {
				return nil, nil, damaged("has more than %d scans", maxScans)
			}
			end := endOfScan(b, at)
			w.out = append(w.out, b[at:end]...)
			at = end
		}
	}
}

// nextMarker reads the marker at a place, and fill bytes before it.
func nextMarker(b []byte, at int) (marker byte, next int, err error) {
	start := at
	for at < len(b) && b[at] == 0xFF {
		at++
	}
	if at == start || at == len(b) || b[at] == 0 {
		return 0, 0, damaged("has no marker at byte %d", start)
	}
	return b[at], at + 1, nil
}

// endOfScan is where the compressed data that begins at a place ends: before a
// marker that is neither a restart nor a stuffed zero.
func endOfScan(b []byte, at int) int {
	for at < len(b) {
		i := bytes.IndexByte(b[at:], 0xFF)
		if i < 0 {
			return len(b)
		}
		at += i
		if at+1 == len(b) {
			return at
		}
		switch m := b[at+1]; {
		case m == 0, m >= mRST0 && m <= mRST7:
			at += 2
		default:
			return at
		}
	}
	return len(b)
}

// segment copies a segment or leaves it out.
func (w *jpegWalk) segment(marker byte, body []byte, limits *Limits) error {
	ok := true
	switch {
	case marker == mSOF0 || marker == mSOF1 || marker == mSOF2:
		if w.framed {
			return damaged("has two frames")
		}
		if err := w.frame(marker, body, limits); err != nil {
			return err
		}
	case marker == mDHT:
		ok = huffmanTables(body)
	case marker == mDQT:
		ok = quantTables(body)
	case marker == mDRI:
		ok = len(body) == 2
	case marker == mDNL:
		return unsupported("tells its height behind its pixels")
	case marker == mSOS:
		ok = w.framed && len(body) >= 1 && len(body) == 4+2*int(body[0])
	case marker == mAPP0:
		if !w.jfif && !w.framed && bytes.HasPrefix(body, jfifMark) {
			w.jfif = true
			w.out = append(w.out, jfif...)
		}
		return nil
	case marker == mAPP1:
		if w.exif == nil && bytes.HasPrefix(body, exifMark) {
			w.exif = body[len(exifMark):]
		}
		return nil
	case marker == mAPP14: // which colours the components are
		if !w.adobe && len(body) >= 12 && bytes.HasPrefix(body, adobeMark) {
			w.adobe = true
			w.out = append(w.out, 0xFF, mAPP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, body[11])
		}
		return nil
	case marker > mAPP0 && marker <= mAPP15, marker == mCOM, marker >= 0xF0 && marker <= 0xFD:
		return nil
	default: // arithmetic, lossless and hierarchical coding
		return unsupported("is coded in a way of JPEG that is not read here")
	}
	if !ok {
		return damaged("has a broken segment FF%02X", marker)
	}
	w.out = append(w.out, 0xFF, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	w.out = append(w.out, body...)
	return nil
}

// frame reads the sizes.
func (w *jpegWalk) frame(marker byte, body []byte, limits *Limits) error {
	if len(body) < 6 || len(body) != 6+3*int(body[5]) || body[0] != 8 {
		return damaged("has a frame that is not of 8 bits a sample, or broken")
	}
	n := int(body[5])
	if n != 1 && n != 3 && n != 4 {
		return damaged("has %d components", n)
	}
	h := &w.header
	h.Height, h.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	samples, most := 0, 1
	for i := range n {
		hv := body[7+3*i]
		samples += int(hv>>4) * int(hv&15)
		most = max(most, int(hv>>4)*int(hv&15))
		if hv>>4 < 1 || hv>>4 > 4 || hv&15 < 1 || hv&15 > 4 {
			return damaged("has a component of which it takes %d × %d", hv>>4, hv&15)
		}
	}
	perSample := 1
	if marker == mSOF2 {
		perSample = 5 // the decoder keeps coefficients of four bytes
	}
	area := (h.Width + 32) * (h.Height + 32) // whole blocks
	h.Memory = (area*samples + most - 1) / most * perSample
	w.framed = true
	return h.check(limits)
}

// quantTables reports whether a segment holds whole tables and nothing else
// (T.81 section B.2.4.1).
func quantTables(b []byte) bool {
	for len(b) > 0 {
		n := 65
		if b[0]>>4 == 1 {
			n = 129
		}
		if b[0]>>4 > 1 || b[0]&15 > 3 || len(b) < n {
			return false
		}
		b = b[n:]
	}
	return true
}

// huffmanTables is quantTables for Huffman codes (section B.2.4.2).
func huffmanTables(b []byte) bool {
	for len(b) > 0 {
		if b[0]>>4 > 1 || b[0]&15 > 3 || len(b) < 17 {
			return false
		}
		n := 17
		for _, count := range b[1:17] {
			n += int(count)
		}
		if len(b) < n {
			return false
		}
		b = b[n:]
	}
	return true
}

// orientJPEG puts an EXIF block with the orientation into a cleaned file, behind
// the JFIF segment, which must come first.
func orientJPEG(b []byte, orientation int) []byte {
	block := append(append([]byte{}, exifMark...), orientationEXIF(orientation)...)
	at := 2
	if bytes.HasPrefix(b[2:], jfif) {
		at += len(jfif)
	}
	out := make([]byte, 0, len(b)+len(block)+4)
	out = append(out, b[:at]...)
	out = append(out, 0xFF, mAPP1, 0, byte(len(block)+2))
	out = append(out, block...)
	return append(out, b[at:]...)
}
