package ogc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	lines "wutu/layers/geojson"
	"wutu/server/problem"
)

// tagOf is the entity tag of a revision of a feature as a subject sees it. It is
// a hash of what is shown and since when, not the number of a change: that would
// tell how much happens in what the subject does not see. It is weak, because
// all formats and systems share it; If-Match compares it nevertheless, as the
// working group of the standard advises, and for features that is enough to
// lose no change.
func tagOf(l *layers.Layer, d *access.Decision, f *layers.Feature) string {
	h := sha256.New()
	b := lines.AppendFeature(nil, l, f, lines.Format{Sights: d.Sights})
	b = binary.BigEndian.AppendUint64(b, uint64(f.ValidFrom.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(f.ValidTo.UnixMicro()))
	h.Write(b)
	return `W/"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`
}

// validators sets ETag, and Last-Modified for those who may edit: for others it
// would tell of changes they do not see, and costs a look into the store.
func (a *API) validators(c echo.Context, l *layers.Layer, d *access.Decision, f *layers.Feature) error {
	h := c.Response().Header()
	h.Set("ETag", tagOf(l, d, f))
	h.Set("Cache-Control", "no-cache")
	if !d.Edit {
		return nil
	}
	at, err := a.modified(c.Request().Context(), f.Version)
	if err == nil && !at.IsZero() {
		h.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	}
	return err
}

// modified is when the change with a number was committed, zero when the store
// does not say. It costs a look into the store's log.
func (a *API) modified(ctx context.Context, version uint64) (time.Time, error) {
	log, ok := a.o.Records.(layers.ChangeReader)
	if !ok || version == 0 {
		return time.Time{}, nil
	}
	for change, err := range log.Changes(ctx, version-1) {
		if err != nil {
			return time.Time{}, err
		}
		if change.Seq == version {
			return change.At, nil
		}
		break
	}
	return time.Time{}, nil
}

// fresh reports whether a client has the representation already (If-None-Match,
// RFC 9110 section 13.1.2).
func fresh(c echo.Context) bool {
	wanted, tag := c.Request().Header.Get("If-None-Match"), c.Response().Header().Get("ETag")
	return wanted != "" && matches(wanted, tag)
}

// matches compares a list of entity tags, or *, with one: weakly.
func matches(list, tag string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for one := range strings.SplitSeq(list, ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// preconditions checks what a request to change a feature demands of its state,
// and that it demands something. Errors: 428 without If-Match and
// If-Unmodified-Since, 412 when the state is another, Invalid for a time that is
// none.
func (e *editing) preconditions(ctx context.Context, old *held) error {
	if none := e.in.TextIfTaken("If-None-Match"); none != "" && matches(none, tagOf(e.layer, &e.decision, &old.seen)) {
		return failed("If-None-Match: the feature exists")
	}
	if match := e.in.TextIfTaken("If-Match"); match != "" {
		if !matches(match, tagOf(e.layer, &e.decision, &old.seen)) {
			return failed("If-Match: the feature has changed since it was read")
		}
		return nil
	}
	since := e.in.TextIfTaken("If-Unmodified-Since")
	if since == "" {
		return problem.PreconditionRequired("send If-Match with the ETag of the feature as it was read, or * to overwrite whatever is there")
	}
	limit, err := http.ParseTime(since)
	if err != nil {
		return layers.Invalidf("edit", "If-Unmodified-Since", "is not a date of HTTP")
	}
	at, err := e.api.modified(ctx, old.stored.Version)
	if err != nil {
		return err
	}
	if at.IsZero() || at.Truncate(time.Second).After(limit) {
		return failed("If-Unmodified-Since: the feature has changed since then")
	}
	return nil
}

// validity is since and until when a changed feature is true: what was before
// stays true of the time before now. Features of the past or the future are
// corrected as they are.
func (e *editing) validity(was *layers.Feature) (from, to time.Time) {
	now := e.api.o.Now().UTC()
	if was.ValidFrom.After(now) || !was.ValidTo.IsZero() && !now.Before(was.ValidTo) {
		return was.ValidFrom, was.ValidTo
	}
	return now, was.ValidTo
}
