package photo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/photo"
	"wutu/server/auth"
	"wutu/server/once"
	"wutu/server/openapi"
	"wutu/server/problem"
)

const (
	mediaForm = "multipart/form-data"
	// formExtra is what a form takes besides the picture.
	formExtra = 64 << 10
)

func (o *Office) routes() []openapi.Route {
	const tag = "Photos"
	types := append(photo.MediaTypes(), mediaForm)
	var pictures []openapi.Answer
	for _, t := range photo.MediaTypes() {
		pictures = append(pictures, openapi.Answer{Status: http.StatusOK, Type: t, About: "The picture", Headers: []string{"ETag", "Cache-Control", "Content-Disposition"}})
	}
	pictures = append(pictures, openapi.Answer{Status: http.StatusNotModified, About: "The picture is the one named in If-None-Match", Headers: []string{"ETag"}})
	return []openapi.Route{
		{Method: http.MethodPost, Path: "/api/v1/photos", ID: "sendPhoto", Tag: tag, Summary: "Send a picture, to be named in a report or step",
			Params: []openapi.Param{{Name: "Idempotency-Key", In: openapi.Header, About: "Accepted; the same picture has the same id without it"}},
			Body: &openapi.Body{About: "The picture's file, or a form with one file. Only the picture itself is kept; when and where it was taken are read first",
				Types: types, MaxBytes: int64(o.limits.Bytes) + formExtra},
			Answers: []openapi.Answer{{Status: http.StatusCreated, Type: "application/json", About: "The picture", Of: sentPhoto{}, Headers: []string{"Location"}}}, Handle: o.send},
		{Method: http.MethodGet, Path: "/api/v1/photos/{id}", ID: "photo", Tag: tag, Summary: "A picture, for who sent it and whoever sees a case that carries it",
			Params: []openapi.Param{{Name: "id", In: openapi.Path, About: "Id of the picture"},
				{Name: "size", About: "How large", Enum: []string{"full", "thumb"}, Default: "full"},
				{Name: "If-None-Match", In: openapi.Header, About: "ETag of the picture the client has"}},
			Answers: pictures, Handle: o.show},
	}
}

// sentPhoto is a picture as its sender learns of it.
type sentPhoto struct {
	ID       string     `json:"id"`
	Href     string     `json:"href"`
	Thumb    string     `json:"thumb"`
	Type     string     `json:"type"`
	Width    int        `json:"width"` // pixels as displayed
	Height   int        `json:"height"`
	Bytes    int        `json:"bytes"`
	TakenAt  *time.Time `json:"taken_at"`
	Lon      *float64   `json:"lon"`
	Lat      *float64   `json:"lat"`
	Accuracy *float64   `json:"accuracy,omitempty"` // metres
	Bearing  *float64   `json:"bearing,omitempty"`  // degrees from north
}

func describe(k *photo.Kept) sentPhoto {
	href := "/api/v1/photos/" + k.ID
	out := sentPhoto{ID: k.ID, Href: href, Thumb: href + "?size=thumb", Type: "image/" + k.Format, Width: k.Width, Height: k.Height, Bytes: k.Bytes, Bearing: k.Bearing}
	if !k.TakenAt.IsZero() {
		out.TakenAt = &k.TakenAt
	}
	if p := k.Place; p != nil {
		out.Lon, out.Lat = &p.Lon, &p.Lat
		if p.AccuracyM > 0 {
			out.Accuracy = &p.AccuracyM
		}
	}
	return out
}

// maySend refuses roles that neither report nor work on cases.
func maySend(s *layers.Subject) error {
	if len((&event.Case{}).Legal(event.Env{Subject: *s})) > 0 {
		return nil
	}
	return &layers.Error{Kind: layers.Forbidden, Op: "photo", Err: errors.New("role " + s.Role.String() + " sends no pictures")}
}

func (o *Office) send(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if err := maySend(&subject); err != nil {
		return err
	}
	data, err := o.body(c.Request())
	if err != nil {
		return err
	}
	repeated, err := once.New(&subject, "photos", in.Text("Idempotency-Key"), data)
	if err != nil {
		return err
	}
	if k, err := o.before(ctx, repeated); err != nil || k != nil {
		if err != nil {
			return err
		}
		return answer(c, k)
	}
	k, err := o.keep(ctx, &subject, data, repeated)
	if err != nil {
		return err
	}
	return answer(c, k)
}

func answer(c echo.Context, k *photo.Kept) error {
	out := describe(k)
	c.Response().Header().Set("Location", out.Href)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusCreated, out)
}

// body reads the picture's file out of the request.
func (o *Office) body(r *http.Request) ([]byte, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaForm {
		return o.read(r.Body)
	}
	if params["boundary"] == "" {
		return nil, layers.Invalidf("photo", "Content-Type", "has no boundary")
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, layers.Invalidf("photo", "/", "the form holds no file")
		case err != nil:
			return nil, unreadable(err)
		case part.FileName() != "":
			return o.read(part)
		}
	}
}

// read reads at most what a picture may have, and one byte more.
func (o *Office) read(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, int64(o.limits.Bytes)+1)); err != nil {
		return nil, unreadable(err)
	}
	return b.Bytes(), nil
}

// unreadable leaves limits and lost connections as they are: the rest is a broken
// form.
func unreadable(err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &layers.Error{Kind: layers.Invalid, Op: "photo", Field: "/", Err: errors.New("the body breaks off or is no form")}
}

// keep cleans a picture and stores it: its files first, then the records that
// make it exist.
func (o *Office) keep(ctx context.Context, s *layers.Subject, data []byte, repeated once.Key) (*photo.Kept, error) {
	now := o.o.Now().UTC()
	p, err := photo.Clean(data, o.limits, o.o.Zone, now)
	if err != nil {
		return nil, err
	}
	thumb, err := o.thumb(ctx, p)
	if err != nil {
		return nil, err
	}
	if !o.count(s, now) {
		return nil, problem.TooMany("too many pictures were sent today", now.Truncate(24*time.Hour).Add(24*time.Hour).Sub(now))
	}
	k := photo.Keep(p, s.ID, now)
	o.changing.RLock()
	defer o.changing.RUnlock()
	if old, err := o.kept(ctx, k.ID); err == nil {
		k.At = old.At
	} else if layers.KindOf(err) != layers.NotFound {
		return nil, err
	}
	if err := o.o.Store.Write(ctx, k.File(), p.Data); err != nil {
		return nil, err
	}
	if err := o.o.Store.Write(ctx, k.ThumbFile(), thumb); err != nil {
		return nil, err
	}
	b := layers.Batch{Actor: s.ID, At: now, Audit: []layers.AuditLine{{At: now, Actor: s.ID, Role: s.Role.String(), From: s.Origin,
		Purpose: s.Purpose, Action: "photos.send", Object: "photos/" + k.ID}}}
	if b.Records, err = k.Records(now); err != nil {
		return nil, err
	}
	again, err := repeated.Records(k.ID, now)
	if err != nil {
		return nil, err
	}
	for i := range again {
		again[i].IfAbsent = false // the same request twice at once stores the same twice
	}
	b.Records = append(b.Records, again...)
	if _, err := o.o.Records.Apply(ctx, b); err != nil {
		return nil, err
	}
	return &k, nil
}

// thumb draws the picture small, which also proves that it can be decoded. It
// waits for memory.
func (o *Office) thumb(ctx context.Context, p *photo.Picture) ([]byte, error) {
	need := int64(min(p.Memory, o.limits.Memory))
	if err := o.memory.Acquire(ctx, need); err != nil {
		return nil, err
	}
	defer o.memory.Release(need)
	img, err := photo.Decode(p)
	if err != nil {
		return nil, err
	}
	return photo.Thumb(p, img, photo.ThumbSide)
}

func (o *Office) show(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	k, err := o.kept(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	if err := o.maySee(ctx, k, &subject); err != nil {
		return err
	}
	name, media := k.File(), "image/"+k.Format
	if in.Text("size") == "thumb" {
		name, media = k.ThumbFile(), photo.JPEG.MediaType()
	}
	tag := `"` + name + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // rights may end: ask again each time
	if in.Text("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	data, err := o.o.Store.Read(ctx, name)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "photo", ID: k.ID, Err: err}
	}
	if name == k.File() {
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != k.SHA256 {
			return &layers.Error{Kind: layers.Internal, Op: "photo", ID: k.ID, Err: errors.New("the file was altered")}
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	return c.Blob(http.StatusOK, media, data)
}
