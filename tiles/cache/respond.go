package cache

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// MediaType is that of vector tiles, as registered with IANA.
const MediaType = "application/vnd.mapbox-vector-tile"

// Vary names the request headers an answer depends on.
const Vary = "Accept-Encoding"

// Conditions are the request headers that decide about an answer.
type Conditions struct {
	AcceptEncoding []string // values of Accept-Encoding; nil when it is absent
	IfNoneMatch    []string // values of If-None-Match
}

// Response is what to answer: the HTTP layer sends it. A 304 repeats the tag. Vary belongs to every answer,
// Content-Type to a 200. Body must not be changed.
type Response struct {
	Status   int    // 200, 204, 304 or 406
	ETag     string // strong, in quotes; "" for 406
	Encoding string // Content-Encoding, "" for identity
	Body     []byte // for 200

	said *variant // nil for 406
}

// Say sets the headers ETag, Content-Encoding and Content-Length, as far as the
// answer has them. It allocates nothing but room in h.
func (r *Response) Say(h http.Header) {
	if r.said != nil {
		h["Etag"] = r.said.tag
	}
	if r.Status != http.StatusOK {
		return
	}
	if r.said.coding != nil {
		h["Content-Encoding"] = r.said.coding
	}
	h["Content-Length"] = r.said.length
}

// Respond answers for a tile: 204 when it is empty, 304 when the client has it,
// 406 when it accepts none of the codings, else 200 with the coding it prefers,
// gzip when it has no preference, because that is there already. A client that
// sends no Accept-Encoding gets identity, the safe reading of "anything". Only a
// 200 of another coding than gzip costs more than a look at the headers.
func (e *Entry) Respond(c Conditions) (Response, error) {
	coding, ok := Negotiate(c.AcceptEncoding, Gzip, Zstd, Brotli)
	if !ok {
		return Response{Status: http.StatusNotAcceptable}, nil
	}
	r := Response{Status: http.StatusOK, Encoding: coding}
	if r.said = e.ready(coding); r.said == nil {
		r.said = &variant{tag: []string{e.ETag(coding)}}
	}
	r.ETag = r.said.tag[0]
	switch {
	case Matches(c.IfNoneMatch, r.ETag):
		r.Status, r.Encoding = http.StatusNotModified, ""
	case e.Empty():
		r.Status, r.Encoding = http.StatusNoContent, ""
	case coding == "":
		b, err := e.Identity()
		if err != nil {
			return Response{}, err
		}
		r.Body = b
	default:
		v, err := e.coded(coding)
		if err != nil {
			return Response{}, err
		}
		r.said, r.Body = v, v.body
	}
	return r, nil
}

// The codings of tiles. They are kept in gzip, and in the others once asked for.
const (
	Gzip   = "gzip"
	Zstd   = "zstd" // RFC 8878
	Brotli = "br"   // RFC 7932
)

// Negotiate chooses between the offered codings, in order of preference, and
// identity ("") by the values of Accept-Encoding (RFC 9110 section 12.5.3).
// Without offers that is gzip. ok is false when the client refuses all. Weights
// that cannot be read count as 0.
func Negotiate(accept []string, offered ...string) (coding string, ok bool) {
	if len(accept) == 0 {
		return "", true
	}
	if len(offered) == 0 {
		offered = []string{Gzip}
	}
	if a := accept[0]; len(accept) == 1 {
		if rest, first := strings.CutPrefix(a, offered[0]); first && (rest == "" || rest[0] == ',' && !strings.Contains(rest, ";")) {
			return offered[0], true // as browsers ask: all weights are 1
		}
		if slices.Contains(offered, a) {
			return a, true
		}
	}
	weights := make(map[string]float64, 4)
	for element := range elements(accept) {
		name, parameters, _ := strings.Cut(element, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "x-gzip" {
			name = Gzip
		}
		weights[name] = max(weights[name], weight(parameters))
	}
	rest, other := weights["*"] // what is not named
	best := 0.0
	for _, name := range offered {
		q, named := weights[name]
		if !named {
			q = rest
		}
		if q > best {
			coding, best = name, q
		}
	}
	identity, named := weights["identity"]
	if !named && (!other || rest > 0) {
		// Acceptable unless excluded, but never preferred to a coding that was named.
		identity = 0.0001
	}
	switch {
	case best > 0 && best >= identity:
		return coding, true
	case identity > 0:
		return "", true
	}
	return "", false
}

// elements are the parts of header values between commas.
func elements(values []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, v := range values {
			for e := range strings.SplitSeq(v, ",") {
				if e = strings.TrimSpace(e); e != "" && !yield(e) {
					return
				}
			}
		}
	}
}

// weight is the q of an element's parameters, 1 when there is none.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}

// Matches reports whether an If-None-Match header names the tag (RFC 9110
// section 13.1.2: weak comparison, "*" matches any).
func Matches(ifNoneMatch []string, etag string) bool {
	if len(ifNoneMatch) == 1 && ifNoneMatch[0] == etag {
		return true
	}
	for e := range elements(ifNoneMatch) {
		if e == "*" || strings.TrimPrefix(e, "W/") == etag {
			return true
		}
	}
	return false
}
