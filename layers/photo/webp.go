package photo

import (
	"bytes"
	"encoding/binary"
)

// Flags of a VP8X chunk (RFC 9649 section 2.7).
const (
	flagAnimation = 0x02
	flagEXIF      = 0x08
	flagAlpha     = 0x10
)

// maxWebPChunks bounds the chunks of a file: a still picture has at most seven.
const maxWebPChunks = 1_000

// cleanWebP copies the chunks that the pixels are made of: VP8 or VP8L, and ALPH.
func cleanWebP(b []byte, limits *Limits) (*Picture, []byte, error) {
	size := binary.LittleEndian.Uint32(b[4:])
	if size < 4 || uint64(size)+8 > uint64(len(b)) {
		return nil, nil, damaged("is cut off: %d bytes of %d", len(b), uint64(size)+8)
	}
	var image, alpha, exif []byte
	var imageName string
	rest := b[12 : 8+size]
	for n := 0; len(rest) > 0; n++ {
		if n == maxWebPChunks {
			return nil, nil, damaged("has more than %d chunks", maxWebPChunks)
		}
		if len(rest) < 8 {
			return nil, nil, damaged("breaks off in a chunk")
		}
		name, length := string(rest[:4]), binary.LittleEndian.Uint32(rest[4:])
		if uint64(length) > uint64(len(rest)-8) {
			return nil, nil, damaged("has a chunk %q of %d bytes, which does not fit", name, length)
		}
		body := rest[8 : 8+length]
		rest = rest[min(len(rest), 8+int(length)+int(length&1)):]
		switch name {
		case "VP8 ", "VP8L":
			if image != nil {
				return nil, nil, damaged("has two pictures")
			}
			imageName, image = name, body
		case "ALPH":
			if alpha == nil {
				alpha = body
			}
		case "ANIM", "ANMF":
			return nil, nil, unsupported("is a moving one")
		case "VP8X":
			if len(body) < 10 || body[0]&flagAnimation != 0 {
				return nil, nil, unsupported("is a moving one, or its header is broken")
			}
		case "EXIF":
			if exif == nil {
				exif = bytes.TrimPrefix(body, exifMark)
			}
		}
	}
	if image == nil {
		return nil, nil, damaged("has no pixels")
	}
	h, err := webpHeader(imageName, image)
	if err != nil {
		return nil, nil, err
	}
	if imageName == "VP8L" {
		alpha = nil // it has its own
	}
	if alpha != nil { // its coding may be that of VP8L, of all pixels
		h.Memory += 4 * h.Width * h.Height
	}
	if err := h.check(limits); err != nil {
		return nil, nil, err
	}
	return &Picture{Header: h, Data: joinWebP(imageName, image, alpha, nil, h.Width, h.Height)}, exif, nil
}

// webpHeader reads the sizes from the picture itself (RFC 6386 section 9.1,
// RFC 9649 section 3.4).
func webpHeader(name string, b []byte) (Header, error) {
	h := Header{Format: WebP, Orientation: 1}
	if name == "VP8 " {
		if len(b) < 10 || b[0]&1 != 0 || b[3] != 0x9D || b[4] != 0x01 || b[5] != 0x2A {
			return h, damaged("has no key frame")
		}
		h.Width, h.Height = int(binary.LittleEndian.Uint16(b[6:])&0x3FFF), int(binary.LittleEndian.Uint16(b[8:])&0x3FFF)
		h.Memory = 2 * (h.Width + 16) * (h.Height + 16)
		return h, nil
	}
	if len(b) < 5 || b[0] != 0x2F || b[4]>>5 != 0 {
		return h, damaged("has no lossless picture")
	}
	bits := binary.LittleEndian.Uint32(b[1:])
	h.Width, h.Height = int(bits&0x3FFF)+1, int(bits>>14&0x3FFF)+1
	h.Memory = 2 * 4 * h.Width * h.Height
	return h, nil
}

// joinWebP writes a file: the simple form when it does, otherwise the extended
// one. alpha and exif may be nil.
func joinWebP(name string, image, alpha, exif []byte, width, height int) []byte {
	out := append(make([]byte, 0, len(image)+len(alpha)+len(exif)+64), "RIFF\x00\x00\x00\x00WEBP"...)
	if alpha != nil || exif != nil {
		flags := byte(0)
		if alpha != nil || name == "VP8L" && len(image) >= 5 && image[4]&0x10 != 0 {
			flags |= flagAlpha
		}
		if exif != nil {
			flags |= flagEXIF
		}
		w, h := width-1, height-1
		out = appendRIFF(out, "VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
	}
	if alpha != nil {
		out = appendRIFF(out, "ALPH", alpha)
	}
	out = appendRIFF(out, name, image)
	if exif != nil {
		out = appendRIFF(out, "EXIF", exif)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func appendRIFF(out []byte, name string, body []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)&1 != 0 {
		out = append(out, 0)
	}
	return out
}

// orientWebP adds an EXIF chunk with the orientation to a cleaned file of width ×
// height stored pixels.
func orientWebP(b []byte, width, height, orientation int) []byte {
	var name string
	var image, alpha []byte
	for rest := b[12:]; len(rest) >= 8; {
		n := int(binary.LittleEndian.Uint32(rest[4:]))
		switch chunk := string(rest[:4]); chunk {
		case "VP8 ", "VP8L":
			name, image = chunk, rest[8:8+n]
		case "ALPH":
			alpha = rest[8 : 8+n]
		}
		rest = rest[min(len(rest), 8+n+n&1):]
	}
	return joinWebP(name, image, alpha, orientationEXIF(orientation), width, height)
}
