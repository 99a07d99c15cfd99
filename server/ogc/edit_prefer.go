package ogc

import (
	"net/http"
	"strings"
)

// prefer is what a request prefers (RFC 7240); what is not said is "".
type prefer struct {
	returns  string // "minimal" or "representation"
	handling string // "strict" or "lenient"
}

// preferOf reads the Prefer headers. Of a preference that is said twice the first
// counts; others, and values that are not known, are ignored.
func preferOf(h http.Header) prefer {
	var p prefer
	for _, line := range h.Values("Prefer") {
		for one := range strings.SplitSeq(line, ",") {
			one, _, _ = strings.Cut(one, ";") // parameters
			name, value, _ := strings.Cut(one, "=")
			value = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "return":
				if p.returns == "" && (value == "minimal" || value == "representation") {
					p.returns = value
				}
			case "handling":
				if p.handling == "" && (value == "strict" || value == "lenient") {
					p.handling = value
				}
			}
		}
	}
	return p
}

// lenient reports whether errors that can be got over are to be got over. They
// are not unless the client says so.
func (p prefer) lenient() bool { return p.handling == "lenient" }

// declareHandling and declareReturn tell that a preference was applied.
func (p prefer) declareHandling(h http.Header) {
	if p.handling != "" {
		h.Add("Preference-Applied", "handling="+p.handling)
	}
}

func (p prefer) declareReturn(h http.Header) {
	if p.returns != "" {
		h.Add("Preference-Applied", "return="+p.returns)
	}
}
