package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
)

// ContentType is the media type of problem documents (RFC 9457).
const ContentType = "application/problem+json"

// Problem is one problem document.
type Problem struct {
	Type      string `json:"type"`                // "/problems/" + kind, stable
	Title     string `json:"title"`               // short, the same for every problem of the type
	Status    int    `json:"status"`              // HTTP status
	Detail    string `json:"detail,omitempty"`    // what happened this time
	Instance  string `json:"instance,omitempty"`  // path of the request
	Parameter string `json:"parameter,omitempty"` // query, path or header parameter at fault
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body at fault
	At        string `json:"at,omitempty"`        // byte offset, line or coordinate within it
	Trace     string `json:"trace,omitempty"`     // id under which the server logged it
	Legal     any    `json:"legal,omitempty"`     // legal steps, for illegal-step

	// SecondFactor says that signing in needs a code of the second factor.
	SecondFactor bool `json:"second_factor,omitempty"`

	retryS int64 // Retry-After in seconds; 0: the status decides
}

// kind is a row of the catalogue.
type kind struct {
	name   string
	title  string
	status int
}

// catalogue lists what layers.Kind becomes in HTTP.
var catalogue = map[layers.Kind]kind{
	layers.Internal:     {"internal", "The server failed", http.StatusInternalServerError},
	layers.Invalid:      {"invalid", "The request is not valid", http.StatusBadRequest},
	layers.NotFound:     {"not-found", "There is no such thing", http.StatusNotFound},
	layers.Conflict:     {"conflict", "The state has changed meanwhile", http.StatusConflict},
	layers.Forbidden:    {"forbidden", "This subject may not do this", http.StatusForbidden},
	layers.Unauthorized: {"unauthorized", "The key is not known or has expired", http.StatusUnauthorized},
	layers.TooLarge:     {"too-large", "The request exceeds a limit", http.StatusRequestEntityTooLarge},
	layers.Unsupported:  {"unsupported", "This is not offered", http.StatusBadRequest},
	layers.Unavailable:  {"unavailable", "The service is not available now", http.StatusServiceUnavailable},
	layers.Timeout:      {"timeout", "The time budget of the request is used up", http.StatusServiceUnavailable},
}

// Illegal reports that an event may not make a step in its present state. It is
// answered with 422 and the legal steps.
type Illegal struct {
	Detail string
	Legal  any // encoded as JSON under "legal"
}

// Error returns the detail.
func (e *Illegal) Error() string { return e.Detail }

// Status is a failure that only HTTP knows: a method, a media type, a missing
// precondition. Kind is the last part of the problem's type.
type Status struct {
	Code      int
	Kind      string
	Detail    string
	Parameter string
	After     time.Duration // when to try again, rounded up to whole seconds; 0: not said

	SecondFactor bool // signing in needs a code of the second factor
}

// Error returns the detail.
func (e *Status) Error() string { return e.Detail }

// UnsupportedMedia reports a body of a type that the address does not take.
func UnsupportedMedia(got string, want []string) *Status {
	return &Status{Code: http.StatusUnsupportedMediaType, Kind: "unsupported", Parameter: "Content-Type",
		Detail: "content type " + quoteShort(got) + " is not one of " + strings.Join(want, ", ")}
}

// PreconditionRequired reports a missing If-Match (RFC 6585, 428).
func PreconditionRequired(detail string) *Status {
	return &Status{Code: http.StatusPreconditionRequired, Kind: "precondition", Detail: detail, Parameter: "If-Match"}
}

// TooMuch reports a question that is valid but asks for more than a limit allows
// (422); detail names the limit and what would fit, parameter what asks for it: a
// parameter, or a JSON pointer into the body.
func TooMuch(parameter, detail string) *Status {
	return &Status{Code: http.StatusUnprocessableEntity, Kind: "too-much", Detail: detail, Parameter: parameter}
}

// TooMany reports a quota, a lock-out or a rate that is used up (RFC 6585, 429);
// after is when the next request may succeed. The answer's Retry-After is at
// least a second.
func TooMany(detail string, after time.Duration) *Status {
	return &Status{Code: http.StatusTooManyRequests, Kind: "too-many", Detail: detail, After: max(after, time.Second)}
}

// From describes err. Internal errors get a detail without their text.
func From(err error) Problem {
	var illegal *Illegal
	var status *Status
	var web *echo.HTTPError
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &illegal):
		return Problem{Type: "/problems/illegal-step", Title: "The event may not make this step now",
			Status: http.StatusUnprocessableEntity, Detail: illegal.Detail, Legal: illegal.Legal}
	case errors.As(err, &status):
		p := Problem{Type: "/problems/" + status.Kind, Title: http.StatusText(status.Code), Status: status.Code, Detail: status.Detail,
			Parameter: status.Parameter, SecondFactor: status.SecondFactor, retryS: int64((status.After + time.Second - 1) / time.Second)}
		if e, ok := Lookup(status.Kind); ok && e.Statuses[0] == status.Code {
			p.Title = e.Title.EN
		}
		if strings.HasPrefix(p.Parameter, "/") {
			p.Parameter, p.Pointer = "", p.Parameter
		}
		return p
	case errors.As(err, &tooBig):
		k := catalogue[layers.TooLarge]
		return Problem{Type: "/problems/" + k.name, Title: k.title, Status: k.status,
			Detail: fmt.Sprintf("the body is larger than %d bytes, the most that this address takes", tooBig.Limit)}
	case errors.As(err, &web):
		return fromEcho(web)
	}
	k := catalogue[layers.KindOf(err)]
	p := Problem{Type: "/problems/" + k.name, Title: k.title, Status: k.status}
	var e *layers.Error
	if !errors.As(err, &e) {
		return p
	}
	if e.Kind != layers.Internal {
		p.Detail = detail(e)
		p.At = e.At
		if strings.HasPrefix(e.Field, "/") {
			p.Pointer = e.Field
		} else {
			p.Parameter = e.Field
		}
	}
	return p
}

// detail is e's text without the name of the operation, which is of no use to
// the caller of the API.
func detail(e *layers.Error) string {
	c := *e
	c.Op = ""
	return c.Error()
}

func fromEcho(e *echo.HTTPError) Problem {
	p := Problem{Title: http.StatusText(e.Code), Status: e.Code}
	switch e.Code {
	case http.StatusNotFound:
		p.Type, p.Detail = "/problems/not-found", "there is nothing at this address"
	case http.StatusMethodNotAllowed:
		p.Type, p.Detail = "/problems/unsupported", "this address does not take this method"
	case http.StatusRequestEntityTooLarge:
		p.Type = "/problems/too-large"
	case http.StatusUnsupportedMediaType:
		p.Type = "/problems/unsupported"
	case http.StatusServiceUnavailable:
		p.Type = "/problems/unavailable"
	default:
		if p.Type = "/problems/invalid"; e.Code >= http.StatusInternalServerError {
			p.Type = "/problems/internal"
		}
	}
	return p
}

// Write answers with p. It does nothing but return when the answer has begun.
func Write(c echo.Context, p Problem) error {
	if c.Response().Committed {
		return nil
	}
	h := c.Response().Header()
	// What the handler prepared for success must not describe the failure.
	for _, name := range []string{"ETag", "Content-Encoding", "Content-Length", "Last-Modified", "Content-Crs"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="wutu"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	}
	if p.retryS > 0 {
		h.Set("Retry-After", strconv.FormatInt(p.retryS, 10))
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.Blob(p.Status, ContentType, append(b, '\n'))
}

// ClientGone reports whether err only says that the caller went away.
func ClientGone(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled)
}

func quoteShort(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	b, err := json.Marshal(s)
	if err != nil { // cannot happen: strings always marshal
		return `""`
	}
	return string(b)
}
