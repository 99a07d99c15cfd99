package basemap

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles"
)

// Format is what the tiles of an archive are: the ending of their addresses.
type Format string

// The formats.
const (
	MVT  Format = "mvt"
	PNG  Format = "png"
	JPEG Format = "jpg"
	WebP Format = "webp"
)

// media is the media type of a format, "" for none of them.
func (f Format) media() string {
	switch f {
	case MVT:
		return "application/vnd.mapbox-vector-tile"
	case PNG:
		return "image/png"
	case JPEG:
		return "image/jpeg"
	case WebP:
		return "image/webp"
	}
	return ""
}

// Info describes an archive.
type Info struct {
	Title            string // "" for none
	Description      string
	Attribution      string // HTML, as archives give it
	Format           Format
	MinZoom, MaxZoom tiles.Zoom          // inclusive
	Bound            orb.Bound           // lon/lat degrees, inclusive
	Layers           []tiles.VectorLayer // of vector tiles
}

// Archive is a pyramid of tiles in the grid Mercator. Implementations are safe for
// concurrent use and never change what they hold.
type Archive interface {
	Info() Info
	// Tile returns the bytes of a tile and the coding they are packed in ("", "gzip",
	// "br", "zstd"); nil when there is no such tile. The caller owns them.
	Tile(ctx context.Context, t tiles.ID) (packed []byte, coding string, err error)
}

// Basemap is an archive under the name of its addresses.
type Basemap struct {
	Name    string
	Archive Archive
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// CheckName reports a name that cannot be part of an address. The error is Invalid.
func CheckName(name string) error {
	if !namePattern.MatchString(name) {
		return layers.Invalidf("basemap", "name", fmt.Sprintf("%.80q is not a name of lower-case letters, digits, - and _", name))
	}
	return nil
}

// sorted checks basemaps and puts them in the order of their names. The error is
// Invalid.
func sorted(list []Basemap) ([]Basemap, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Basemap) int { return cmp.Compare(a.Name, b.Name) })
	for i, b := range list {
		if err := CheckName(b.Name); err != nil {
			return nil, err
		}
		if i > 0 && list[i-1].Name == b.Name {
			return nil, layers.Invalidf("basemap", "name", b.Name+" is given twice")
		}
		if info := b.Archive.Info(); info.Format.media() == "" || info.MinZoom > info.MaxZoom || info.MaxZoom > tiles.MaxZoom {
			return nil, layers.Invalidf("basemap", b.Name, fmt.Sprintf("has tiles %q of zooms %d to %d", info.Format, info.MinZoom, info.MaxZoom))
		}
	}
	return list, nil
}
