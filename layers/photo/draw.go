package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// ThumbSide is the longest side of a thumbnail in pixels: enough for a list at
// twice the usual density.
const ThumbSide = 400

// thumbQuality is where thumbnails of photographs take about 20 kB and show no
// blocks.
const thumbQuality = 80

// Decode decodes a cleaned picture as it is stored, not turned. The error is
// Invalid. It takes the memory that Header.Memory says.
func Decode(p *Picture) (image.Image, error) {
	var img image.Image
	var err error
	r := bytes.NewReader(p.Data)
	switch p.Format {
	case JPEG:
		img, err = jpeg.Decode(r)
	case PNG:
		img, err = png.Decode(r)
	case WebP:
		img, err = webp.Decode(r)
	default:
		return nil, unsupported("has no format")
	}
	if err != nil {
		return nil, damaged("cannot be decoded: %v", err)
	}
	return img, nil
}

// Thumb draws the picture small, upright and on white, as a JPEG file without
// anything else. img is what Decode made of p. The longest side has at most side
// pixels; small pictures are not made larger.
func Thumb(p *Picture, img image.Image, side int) ([]byte, error) {
	small := turned(shrink(img, side), p.Orientation)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// shrink averages the pixels under each pixel of the small picture, which is how
// much of the light falls there. What is transparent shows white.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	tw, th := w, h
	if most := max(w, h); most > side {
		tw, th = max(1, (w*side+most/2)/most), max(1, (h*side+most/2)/most)
	}
	out := image.NewRGBA(image.Rect(0, 0, tw, th))
	at := pixels(img)
	for y := range th {
		y0, y1 := y*h/th, max((y+1)*h/th, y*h/th+1)
		for x := range tw {
			x0, x1 := x*w/tw, max((x+1)*w/tw, x*w/tw+1)
			var r, g, bl uint64
			for sy := y0; sy < y1; sy++ {
				for sx := x0; sx < x1; sx++ {
					pr, pg, pb := at(b.Min.X+sx, b.Min.Y+sy)
					r, g, bl = r+uint64(pr), g+uint64(pg), bl+uint64(pb)
				}
			}
			n := uint64((y1 - y0) * (x1 - x0))
			out.SetRGBA(x, y, color.RGBA{R: byte(r / n), G: byte(g / n), B: byte(bl / n), A: 255})
		}
	}
	return out
}

// pixels returns how the colour on white at a place is read. Pictures of cameras
// take a quick way.
func pixels(img image.Image) func(x, y int) (r, g, b byte) {
	switch src := img.(type) {
	case *image.YCbCr:
		return func(x, y int) (byte, byte, byte) {
			c := src.COffset(x, y)
			return color.YCbCrToRGB(src.Y[src.YOffset(x, y)], src.Cb[c], src.Cr[c])
		}
	case *image.Gray:
		return func(x, y int) (byte, byte, byte) {
			v := src.Pix[src.PixOffset(x, y)]
			return v, v, v
		}
	}
	return func(x, y int) (byte, byte, byte) {
		r, g, b, a := img.At(x, y).RGBA()
		white := 0xFFFF - a
		return byte((r + white) >> 8), byte((g + white) >> 8), byte((b + white) >> 8)
	}
}
