package openapi

// answerHeaders describes the headers that answers carry, by their names.
var answerHeaders = [...]struct {
	name, about string
	as          func() *Schema
}{
	{"Accept-Patch", "Media types that PATCH takes", text},
	{"Accept-Post", "Media types that POST takes", text},
	{"Allow", "Methods the subject may use", text},
	{"Cache-Control", "Whether and how long the answer may be kept", text},
	{"Content-Crs", "Coordinate system of the answer, a URI in angle brackets", text},
	{"Content-Disposition", "Name under which to keep the file", text},
	{"ETag", "Version of what is answered, for If-Match and If-None-Match", text},
	{"Last-Modified", "When it last changed", text},
	{"Link", "Where else to go: next, self, alternate (RFC 8288)", text},
	{"Location", "Address of what was made", text},
	{"OGC-Note", "Why no feature can match", text},
	{"OGC-NumberMatched", "How many features the query has in all", count},
	{"OGC-NumberReturned", "How many features this page has", count},
	{"Preference-Applied", "Which of the preferences were followed (RFC 7240)", text},
	{"Retry-After", "Seconds after which asking again is worth it", count},
	{"Vary", "Request headers on which the answer depends", text},
	{"WWW-Authenticate", "How to say who asks", text},
	{"X-Request-Id", "Id under which the server logged the request", text},
}

func answerHeader(name string) (object, bool) {
	for _, h := range answerHeaders {
		if h.name == name {
			return object{{"description", h.about}, {"schema", dialect{}.draw(h.as())}}, true
		}
	}
	return nil, false
}
