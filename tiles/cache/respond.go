package cache

import (
	"net/http"
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

// Response is what to answer: the HTTP layer copies it. A 304 repeats the tag.
// Vary belongs to every answer, Content-Type to a 200. Body must not be changed.
type Response struct {
	Status   int    // 200, 204, 304 or 406
	ETag     string // strong, in quotes; "" for 406
	Encoding string // Content-Encoding, "" for identity
	Body     []byte // for 200
}

// Respond answers for a tile: 204 when it is empty, 304 when the client has it,
// 406 when it accepts neither gzip nor identity, else 200 with the coding it
// prefers, gzip when it has no preference. A client that sends no
// Accept-Encoding gets identity, the safe reading of "anything".
func (e *Entry) Respond(c Conditions) (Response, error) {
	coding, ok := Negotiate(c.AcceptEncoding)
	if !ok {
		return Response{Status: http.StatusNotAcceptable}, nil
	}
	r := Response{Status: http.StatusOK, ETag: e.ETag(coding), Encoding: coding}
	switch {
	case Matches(c.IfNoneMatch, r.ETag):
		r.Status, r.Encoding = http.StatusNotModified, ""
	case e.Empty():
		r.Status, r.Encoding = http.StatusNoContent, ""
	case coding == Gzip:
		r.Body = e.gzip
	default:
		b, err := e.Identity()
		if err != nil {
			return Response{}, err
		}
		r.Body = b
	}
	return r, nil
}

// ETag is the strong entity tag of the tile in a coding, "" or Gzip.
func (e *Entry) ETag(coding string) string {
	if coding == Gzip && !e.Empty() {
		return tag(e.hash, e.size, "g")
	}
	return tag(e.hash, e.size, "")
}

// Gzip is the coding tiles are kept in.
const Gzip = "gzip"

// Negotiate chooses between gzip and identity ("") by the values of
// Accept-Encoding (RFC 9110 section 12.5.3). ok is false when the client refuses
// both. Weights that cannot be read count as 0.
func Negotiate(accept []string) (coding string, ok bool) {
	if len(accept) == 0 {
		return "", true
	}
	gzip, identity, any := -1.0, -1.0, -1.0
	for _, element := range elements(accept) {
		name, parameters, _ := strings.Cut(element, ";")
		q := weight(parameters)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			gzip = max(gzip, q)
		case "identity":
			identity = max(identity, q)
		case "*":
			any = max(any, q)
		}
	}
	if gzip < 0 {
		gzip = max(any, 0)
	}
	if identity < 0 && any != 0 {
		// Acceptable unless excluded, but never preferred to a coding that was named.
		identity = 0.0001
	}
	identity = max(identity, 0)
	switch {
	case gzip > 0 && gzip >= identity:
		return Gzip, true
	case identity > 0:
		return "", true
	}
	return "", false
}

// elements splits header values at commas.
func elements(values []string) []string {
	var out []string
	for _, v := range values {
		for e := range strings.SplitSeq(v, ",") {
			if e = strings.TrimSpace(e); e != "" {
				out = append(out, e)
			}
		}
	}
	return out
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
	for _, e := range elements(ifNoneMatch) {
		if e == "*" || strings.TrimPrefix(e, "W/") == etag {
			return true
		}
	}
	return false
}
