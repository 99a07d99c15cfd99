package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// maxChunks bounds the chunks of a file; programs write 8 KiB a chunk or more.
const maxChunks = 100_000

// cleanPNG copies the chunks that the pixels are made of: IHDR, PLTE, tRNS, the
// gamma, and IDAT up to the end of its compressed stream, as one chunk.
func cleanPNG(b []byte, limits *Limits) (*Picture, []byte, error) {
	out := append(make([]byte, 0, len(b)), pngSignature...)
	var header Header
	var data, exif []byte
	for at, n := len(pngSignature), 0; ; n++ {
		if n == maxChunks {
			return nil, nil, damaged("has more than %d chunks", maxChunks)
		}
		name, body, next, err := pngChunk(b, at)
		if err != nil {
			return nil, nil, err
		}
		if (n == 0) != (name == "IHDR") {
			return nil, nil, damaged("has chunk %q out of place at byte %d", name, at)
		}
		switch name {
		case "IHDR":
			if header, err = pngHeader(body, limits); err != nil {
				return nil, nil, err
			}
			out = appendChunk(out, name, body)
		case "PLTE", "tRNS":
			if len(body) > 768 || data != nil {
				return nil, nil, damaged("has a broken chunk %s", name)
			}
			out = appendChunk(out, name, body)
		case "gAMA":
			if len(body) == 4 && data == nil {
				out = appendChunk(out, name, body)
			}
		case "IDAT":
			data = append(data, body...)
		case "eXIf":
			if exif == nil {
				exif = bytes.TrimPrefix(body, exifMark)
			}
		case "IEND":
			if data, err = wholeStream(data, header.Memory); err != nil {
				return nil, nil, err
			}
			out = appendChunk(appendChunk(out, "IDAT", data), "IEND", nil)
			return &Picture{Header: header, Data: out}, exif, nil
		default:
			if name[0] >= 'A' && name[0] <= 'Z' {
				return nil, nil, unsupported("needs the PNG chunk " + name + ", which is not read here")
			}
		}
		at = next
	}
}

// pngChunk reads the chunk at a place and checks its sum.
func pngChunk(b []byte, at int) (name string, body []byte, next int, err error) {
	if at+12 > len(b) {
		return "", nil, 0, damaged("breaks off at byte %d", at)
	}
	n := binary.BigEndian.Uint32(b[at:])
	if uint64(n)+12 > uint64(len(b)-at) {
		return "", nil, 0, damaged("has a chunk of %d bytes at byte %d, which does not fit", n, at)
	}
	end := at + 8 + int(n)
	name = string(b[at+4 : at+8])
	for _, c := range []byte(name) {
		if (c|0x20) < 'a' || (c|0x20) > 'z' {
			return "", nil, 0, damaged("has no chunk at byte %d", at)
		}
	}
	if crc32.ChecksumIEEE(b[at+4:end]) != binary.BigEndian.Uint32(b[end:]) {
		return "", nil, 0, damaged("has a chunk %s with a wrong sum at byte %d", name, at)
	}
	return name, b[at+8 : end], end + 4, nil
}

func appendChunk(out []byte, name string, body []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	start := len(out)
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
}

// pngHeader reads IHDR (ISO/IEC 15948 section 11.2.2).
func pngHeader(b []byte, limits *Limits) (Header, error) {
	if len(b) != 13 {
		return Header{}, damaged("has a header of %d bytes", len(b))
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w > maxSide || h > maxSide {
		return Header{}, tooLarge("%d × %d pixels", w, h)
	}
	out := Header{Format: PNG, Orientation: 1, Width: int(w), Height: int(h)}
	perPixel := 4
	if b[8] == 16 {
		perPixel = 8
	}
	out.Memory = out.Width * out.Height * perPixel
	if b[12] != 0 { // interlaced: passes beside the picture
		out.Memory += out.Memory / 2
	}
	return out, out.check(limits)
}

// wholeStream cuts off what follows the compressed stream. inflated bounds what
// comes out of it.
func wholeStream(data []byte, inflated int) ([]byte, error) {
	r := bytes.NewReader(data)
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, damaged("has no compressed pixels: %v", err)
	}
	// Each row has one byte more, and each of up to seven passes up to as many rows.
	most := int64(inflated) + 8*(maxSide+1)
	n, err := io.Copy(io.Discard, io.LimitReader(z, most+1))
	if err != nil || n > most {
		return nil, damaged("has compressed pixels that cannot be read")
	}
	return data[:len(data)-r.Len()], nil
}

// turnPNG turns the pixels and writes the file anew, which loses none of them.
func turnPNG(b []byte, orientation int) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, damaged("cannot be decoded: %v", err)
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(&out, turned(img, orientation))
	return out.Bytes(), err
}

// turned shows a picture upright. The types of pixels stay as they are, so that
// none changes.
func turned(img image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	r := image.Rect(0, 0, w, h)
	from := func(x, y int) (int, int) { return unturn(x, y, w, h, orientation) }
	o := img.Bounds().Min
	switch src := img.(type) {
	case *image.NRGBA:
		dst := image.NewNRGBA(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 4, w, h, from)
		return dst
	case *image.RGBA:
		dst := image.NewRGBA(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 4, w, h, from)
		return dst
	case *image.NRGBA64:
		dst := image.NewNRGBA64(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 8, w, h, from)
		return dst
	case *image.RGBA64:
		dst := image.NewRGBA64(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 8, w, h, from)
		return dst
	case *image.Gray:
		dst := image.NewGray(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 1, w, h, from)
		return dst
	case *image.Gray16:
		dst := image.NewGray16(r)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 2, w, h, from)
		return dst
	case *image.Paletted:
		dst := image.NewPaletted(r, src.Palette)
		copyPixels(dst.Pix, dst.Stride, src.Pix, src.Stride, 1, w, h, from)
		return dst
	}
	dst := image.NewNRGBA(r)
	for y := range h {
		for x := range w {
			sx, sy := from(x, y)
			dst.Set(x, y, img.At(o.X+sx, o.Y+sy))
		}
	}
	return dst
}

// copyPixels moves pixels of n bytes. The pictures of decoders begin at (0, 0).
func copyPixels(dst []byte, dstStride int, src []byte, srcStride, n, w, h int, from func(x, y int) (int, int)) {
	for y := range h {
		for x := range w {
			sx, sy := from(x, y)
			copy(dst[y*dstStride+x*n:][:n], src[sy*srcStride+sx*n:][:n])
		}
	}
}

// unturn is the stored place of the pixel that is displayed at (x, y) of w × h,
// for the orientations of EXIF: 2 mirrored, 3 upside down, 4 both, 5 to 8 lying
// on a side.
func unturn(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}
