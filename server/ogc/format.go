package ogc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// The media types of answers.
const (
	mediaJSON     = "application/json"
	mediaGeoJSON  = "application/geo+json"
	mediaSequence = "application/geo+json-seq"
	mediaFG       = "application/fg+json"
	mediaHTML     = "text/html"
	mediaSchema   = "application/schema+json"
	mediaAPI      = "application/vnd.oai.openapi+json;version=3.0"
)

// Page says what an encoder of a format is to write.
type Page struct {
	Layer  *layers.Layer
	Fields []int         // indexes of the fields written, in the order of the schema; nil: all
	Sights layers.Sights // hidden fields are left out, masked ones written as they are shown; nil: all whole
	// To gives the coordinates of a lon/lat point, x or longitude first; nil: as it is.
	To    func(orb.Point) (x, y float64)
	EPSG  int  // of the coordinates written; 0: CRS84
	Plane bool // they are metres
	Bare  bool // geometries are left out
	Count int  // features that will follow
}

// Encoder writes one answer: what stands before the features, the features, what
// stands behind them. It is for one goroutine.
type Encoder interface {
	Head(dst []byte) []byte
	// Append appends a feature. The row is not kept. The error is Internal.
	Append(dst []byte, row layers.Row) ([]byte, error)
	Tail(dst []byte) []byte
}

// Format is a format of features that the caller of New brings.
type Format struct {
	Name  string // value of f
	Media string // media type
	Title layers.Title
	Open  func(Page) (Encoder, error)
}

// offer is one of the formats an address answers in.
type offer struct {
	name  string // value of f
	media string // media type sent
	title string
}

// The offers of documents and of features; the first is the default.
var (
	offerJSON   = offer{"json", mediaJSON, "JSON"}
	offerHTML   = offer{"html", mediaHTML, "HTML"}
	offerSchema = offer{"json", mediaSchema, "JSON Schema"}
)

// ofItems are the formats of lists of features. GeoJSON is called json as well.
func (a *API) ofItems() []offer {
	out := append(ofItem(), offer{"geojsonseq", mediaSequence, "GeoJSON text sequence"})
	for _, f := range a.o.Formats {
		out = append(out, offer{f.Name, f.Media, f.Title.EN})
	}
	return out
}

// ofItem are the formats of one feature.
func ofItem() []offer {
	return []offer{{"json", mediaGeoJSON, "GeoJSON"}, offerHTML, {"jsonfg", mediaFG, "JSON-FG"}}
}

func names(offers []offer, more ...string) []string {
	var out []string
	for _, o := range offers {
		out = append(out, o.name)
	}
	return append(out, more...)
}

// choose picks the format of an answer: the one f names, else the one that the
// Accept header likes best, the earlier of equals; without both the first. The
// error is 406 when Accept excludes all of them.
func choose(c echo.Context, in *openapi.Input, offers []offer) (offer, error) {
	c.Response().Header().Add("Vary", "Accept")
	if name := in.Text("f"); name != "" {
		if name == "geojson" {
			name = "json"
		}
		if i := slices.IndexFunc(offers, func(o offer) bool { return o.name == name }); i >= 0 {
			return offers[i], nil
		}
	}
	accept := strings.Join(c.Request().Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], nil
	}
	best, liked := offer{}, 0.0
	ranges := parseAccept(accept)
	for i, o := range offers {
		q := ranges.quality(o.media)
		if i == 0 && o.media != mediaJSON { // JSON of any kind is what is meant by JSON
			q = max(q, ranges.exact(mediaJSON))
		}
		if q > liked {
			best, liked = o, q
		}
	}
	if liked == 0 {
		return offer{}, &problem.Status{Code: http.StatusNotAcceptable, Kind: "unsupported", Parameter: "Accept",
			Detail: "is offered as " + strings.Join(names(offers), ", ")}
	}
	return best, nil
}

// accepted is a media range of an Accept header (RFC 9110, 12.5.1).
type accepted struct {
	kind, sub string
	q         float64
}

type acceptList []accepted

// maxRanges bounds what is read of an Accept header; browsers send ten.
const maxRanges = 64

// parseAccept reads an Accept header. What is not understood is left out.
func parseAccept(header string) acceptList {
	var out acceptList
	for part := range strings.SplitSeq(header, ",") {
		if len(out) == maxRanges {
			break
		}
		fields := strings.Split(part, ";")
		kind, sub, ok := strings.Cut(strings.ToLower(strings.TrimSpace(fields[0])), "/")
		if !ok || kind == "" || sub == "" {
			continue
		}
		a := accepted{kind, sub, 1}
		for _, p := range fields[1:] {
			name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
			if strings.EqualFold(strings.TrimSpace(name), "q") {
				q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
				if err != nil || !(q >= 0 && q <= 1) {
					q = 0
				}
				a.q = q
			}
		}
		out = append(out, a)
	}
	return out
}

// quality is the weight of a media type: that of the most specific range that it
// is in, 0 when it is in none.
func (l acceptList) quality(media string) float64 {
	media, _, _ = strings.Cut(media, ";")
	kind, sub, _ := strings.Cut(media, "/")
	q, best := 0.0, 0
	for _, a := range l {
		specific := 0
		switch {
		case a.kind == kind && a.sub == sub:
			specific = 3
		case a.kind == kind && a.sub == "*":
			specific = 2
		case a.kind == "*" && a.sub == "*":
			specific = 1
		}
		if specific > best || specific == best && specific > 0 && a.q > q {
			q, best = a.q, specific
		}
	}
	return q
}

// exact is the weight of a media type that is named itself.
func (l acceptList) exact(media string) float64 {
	kind, sub, _ := strings.Cut(media, "/")
	q := 0.0
	for _, a := range l {
		if a.kind == kind && a.sub == sub {
			q = max(q, a.q)
		}
	}
	return q
}
