package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wutu/server/problem"
)

// failure is a status with the problems that may stand behind it.
type failure struct {
	status int
	kinds  []string
}

// failures lists what a route may fail with: what every request may, what follows
// from its parameters, body and weight, and what it declares.
func failures(r *Route) ([]failure, error) {
	if r.Failure != nil {
		return nil, nil
	}
	by := map[int][]string{}
	add := func(status int, kinds ...string) {
		for _, k := range kinds {
			if !slices.Contains(by[status], k) {
				by[status] = append(by[status], k)
			}
		}
	}
	add(http.StatusBadRequest, "invalid", "unsupported")
	add(http.StatusUnauthorized, "unauthorized")
	add(http.StatusForbidden, "forbidden")
	add(http.StatusNotFound, "not-found") // also layers that whoever asks may not know
	add(http.StatusRequestURITooLong, "too-large")
	add(http.StatusTooManyRequests, "too-many")
	add(http.StatusInternalServerError, "internal")
	add(http.StatusServiceUnavailable, "unavailable", "timeout")
	for i := range r.Params {
		p := &r.Params[i]
		switch {
		case p.In == Header && p.Name == "If-Match":
			add(http.StatusPreconditionRequired, "precondition")
		case p.Name == "filter" || p.Name == "within" || p.Name == "geometry":
			add(http.StatusRequestEntityTooLarge, "too-large")
		}
	}
	if r.Body != nil {
		add(http.StatusRequestEntityTooLarge, "too-large")
		add(http.StatusUnsupportedMediaType, "unsupported")
	}
	if r.Method != http.MethodGet {
		add(http.StatusConflict, "conflict")
	}
	if r.Weight == Heavy {
		add(http.StatusServiceUnavailable, "busy")
		add(http.StatusUnprocessableEntity, "too-much")
	}
	for i := range r.Answers { // declared one by one
		if a := &r.Answers[i]; a.Status >= http.StatusBadRequest && a.Schema == "problem" {
			for _, e := range problem.Catalogue() {
				if slices.Contains(e.Statuses, a.Status) {
					add(a.Status, e.Name)
				}
			}
		}
	}
	for _, name := range r.Problems {
		kind, status, named := strings.Cut(name, " ") // "conflict 412": under another status than the usual
		e, ok := problem.Lookup(kind)
		if !ok {
			return nil, fmt.Errorf("%s %s: there is no problem %q", r.Method, r.Path, name)
		}
		code := e.Statuses[0]
		if named {
			n, err := strconv.Atoi(status)
			if err != nil || !slices.Contains(e.Statuses, n) {
				return nil, fmt.Errorf("%s %s: %q is not a status of %s", r.Method, r.Path, status, kind)
			}
			code = n
		}
		add(code, kind)
	}
	out := make([]failure, 0, len(by))
	for status, kinds := range by {
		out = append(out, failure{status, kinds})
	}
	slices.SortFunc(out, func(a, b failure) int { return a.status - b.status })
	return out, nil
}

// draw is a failure as a response object.
func (f failure) draw(d dialect) object {
	var about []string
	types := make([]string, len(f.kinds))
	for i, k := range f.kinds {
		types[i] = "/problems/" + k
		if e, ok := problem.Lookup(k); ok {
			about = append(about, e.Title.EN)
		}
	}
	of := object{{"allOf", []object{d.draw(named("Problem")), {{"properties", object{{"type", object{{"enum", types}}}}}}}}}
	o := object{{"description", strings.Join(about, "; ")}}
	var headers object
	for _, h := range failureHeaders(f.status) {
		if as, ok := answerHeader(h); ok {
			headers.set(h, as)
		}
	}
	o.set("headers", headers)
	o.set("content", object{{problem.ContentType, object{{"schema", of}}}})
	return o
}

func failureHeaders(status int) []string {
	switch status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return []string{"Retry-After", "X-Request-Id"}
	case http.StatusBadRequest: // also bodies that were judged as the request prefers
		return []string{"Preference-Applied", "X-Request-Id"}
	case http.StatusUnauthorized:
		return []string{"WWW-Authenticate", "X-Request-Id"}
	}
	return []string{"X-Request-Id"}
}

// name is what a failure is called among the components; equal ones share one.
func (f failure) name() string {
	parts := make([]string, len(f.kinds))
	for i, k := range f.kinds {
		for p := range strings.SplitSeq(k, "-") {
			parts[i] += capital(p)
		}
	}
	return strings.Join(parts, "Or") + strconv.Itoa(f.status)
}
