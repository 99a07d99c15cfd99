package open311

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"wutu/layers"
)

const (
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
	maxForm        = 1 << 20 // a description of 4,000 characters takes 36 kB encoded
	keyName        = "api_key"
)

// TakeKey moves an api_key of the query or the form into the Authorization header,
// where everything else looks for it, and out of the address, which is logged. It
// does nothing for other addresses than those under Prefix, and for requests that
// have the header. A form is read, and left to be read again. Errors: Invalid for
// a form that cannot be read, TooLarge.
func TakeKey(r *http.Request) error {
	if !Speaks(r.URL.Path) {
		return nil
	}
	key := ""
	if strings.Contains(r.URL.RawQuery, keyName) {
		q := r.URL.Query()
		if q.Has(keyName) {
			key = q.Get(keyName)
			q.Del(keyName)
			r.URL.RawQuery = q.Encode()
			r.RequestURI = r.URL.RequestURI()
		}
	}
	if r.Method == http.MethodPost && r.Body != nil {
		form, err := bodyOf(r)
		if err != nil {
			return err
		}
		if form.Has(keyName) {
			key = form.Get(keyName)
		}
	}
	if key != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return nil
}

// bodyOf reads the form of a request, none when it has another type, and leaves
// the body as it was.
func bodyOf(r *http.Request) (url.Values, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaForm && media != mediaMultipart {
		return nil, nil
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "open311", Err: errors.New("the form breaks off")}
	}
	if len(raw) > maxForm {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "open311", Err: errors.New("the form is longer than 1 MiB")}
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return parseForm(media, params["boundary"], raw)
}

// parseForm reads the fields of a form; files are left out.
func parseForm(media, boundary string, raw []byte) (url.Values, error) {
	wrong := func(what string) error {
		return &layers.Error{Kind: layers.Invalid, Op: "open311", Err: errors.New("the form " + what)}
	}
	if media == mediaForm {
		v, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, wrong("is not percent-encoded text")
		}
		return v, nil
	}
	if boundary == "" {
		return nil, wrong("has no boundary")
	}
	out := url.Values{}
	for m := multipart.NewReader(bytes.NewReader(raw), boundary); ; {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, wrong("is broken")
		}
		if part.FileName() != "" {
			continue
		}
		b, err := io.ReadAll(part)
		if err != nil {
			return nil, wrong("is broken")
		}
		out.Add(part.FormName(), string(b))
	}
}
