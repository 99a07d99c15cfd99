package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var zone = time.FixedZone("CST", 8*3600)

// TestReadTime holds the forms of the W3C note on dates (sections "Formats" and
// "Examples") against the spans they stand for.
func TestReadTime(t *testing.T) {
	utc := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for s, want := range map[string][2]string{
		"1994-11-05T08:15:30-05:00":        {"1994-11-05T13:15:30Z", "1994-11-05T13:15:30.999999Z"},
		"1994-11-05T13:15:30Z":             {"1994-11-05T13:15:30Z", "1994-11-05T13:15:30.999999Z"},
		"1997-07-16T19:20+01:00":           {"1997-07-16T18:20:00Z", "1997-07-16T18:20:59.999999Z"},
		"1997-07-16T19:20:30.45+01:00":     {"1997-07-16T18:20:30.45Z", "1997-07-16T18:20:30.45Z"},
		"1997-07-16T19:20:30 01:00":        {"1997-07-16T18:20:30Z", "1997-07-16T18:20:30.999999Z"},
		"2026-11-21":                       {"2026-11-20T16:00:00Z", "2026-11-21T15:59:59.999999Z"},
		"2024-02":                          {"2024-01-31T16:00:00Z", "2024-02-29T15:59:59.999999Z"},
		"2026":                             {"2025-12-31T16:00:00Z", "2026-12-31T15:59:59.999999Z"},
		"2026-11-21T08:30:00":              {},
		"2026-02-30":                       {},
		"21.11.2026":                       {},
		"":                                 {},
		"2026-11-21T08:30:00+08:00; DROP ": {},
	} {
		first, last, err := readTime("start_date", s, zone)
		if want == [2]string{} {
			if err == nil {
				t.Errorf("%q is read as %v", s, first)
			}
			continue
		}
		if err != nil || !first.Equal(utc(want[0])) || !last.Equal(utc(want[1])) {
			t.Errorf("%q: %v to %v (%v), want %v", s, first, last, err, want)
		}
	}
}

func FuzzReadTime(f *testing.F) {
	f.Add("1994-11-05T08:15:30-05:00")
	f.Add("2024-02")
	f.Fuzz(func(t *testing.T, s string) {
		first, last, err := readTime("x", s, zone)
		if err == nil && last.Before(first) {
			t.Fatalf("%q ends before it begins: %v %v", s, first, last)
		}
	})
}

// plain is what an element is in JSON, read back.
func plain(e *element) any {
	switch e.kind {
	case object:
		out := map[string]any{}
		for i := range e.children {
			out[e.children[i].name] = plain(&e.children[i])
		}
		return out
	case array:
		out := []any{}
		for i := range e.children {
			out = append(out, plain(&e.children[i]))
		}
		return out
	case leaf:
	}
	switch v := e.value.(type) {
	case int:
		return float64(v)
	default:
		return v
	}
}

// FuzzEncode holds for any text: the JSON is what went in, the XML is well-formed
// and has the text, but for characters that XML cannot hold.
func FuzzEncode(f *testing.F) {
	f.Add("灯 & <急> \"x\" ]]>", 1.5, true)
	f.Add("\x00\x01\xff\uFFFE\r\n\t", math.Copysign(0, -1), false)
	f.Fuzz(func(t *testing.T, s string, x float64, b bool) {
		root := items("service_requests", members("request", of("id", s), of("lat", x), of("ok", b), text("none", ""), items("notes", of("note", s), of("note", 3))))
		got, err := asJSON.encode(root)
		if err != nil {
			t.Fatal(err)
		}
		var back any
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%v in %s", err, got)
		}
		want := plain(&root)
		if _, finite := root.children[0].children[1].scalar(); utf8.ValidString(s) && finite && !reflect.DeepEqual(back, want) {
			t.Fatalf("%v, want %v", back, want)
		}
		doc, err := asXML.encode(root)
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			ID    string   `xml:"request>id"`
			Notes []string `xml:"request>notes>note"`
		}
		if err := xml.Unmarshal(doc, &read); err != nil {
			t.Fatalf("%v in %q", err, doc)
		}
		if expressible(s) && (read.ID != s || len(read.Notes) != 2 || read.Notes[0] != s) {
			t.Fatalf("%q, want %q", read.ID, s)
		}
	})
}

// expressible reports whether XML 1.0 can hold every character (section 2.2).
func expressible(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(s)
}

// The key of a form or an address goes into the header, and out of the address;
// the form can be read again.
func TestTakeKey(t *testing.T) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := errors.Join(w.WriteField("api_key", "multi"), w.WriteField("x", "1"), w.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, target, media, body, header, key, query string }{
		{"GET", "/open311/v2/requests.xml?api_key=abc&status=open", "", "", "", "Bearer abc", "status=open"},
		{"GET", "/open311/v2/requests.xml?status=open", "", "", "", "", "status=open"},
		{"GET", "/open311/v2/requests.xml?api_key=abc", "", "", "Bearer own", "Bearer own", ""},
		{"GET", "/api/v1/events?api_key=abc", "", "", "", "", "api_key=abc"},
		{"POST", "/open311/v2/requests.xml", mediaForm, "api_key=f%2Fg&lat=1", "", "Bearer f/g", ""},
		{"POST", "/open311/v2/requests.xml?api_key=q", mediaForm, "lat=1", "", "Bearer q", ""},
		{"POST", "/open311/v2/requests.xml", w.FormDataContentType(), form.String(), "", "Bearer multi", ""},
		{"POST", "/open311/v2/requests.xml", "application/json", `{"api_key":"x"}`, "", "", ""},
	} {
		r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.media)
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		if err := TakeKey(r); err != nil {
			t.Errorf("%s: %v", c.target, err)
		}
		body, err := io.ReadAll(r.Body)
		if got := r.Header.Get("Authorization"); got != c.key || r.URL.RawQuery != c.query || strings.Contains(r.RequestURI, "abc") != strings.Contains(c.query, "abc") || string(body) != c.body || err != nil {
			t.Errorf("%s %s: key %q, query %q, address %s, body %q", c.method, c.target, got, r.URL.RawQuery, r.RequestURI, body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/open311/v2/requests.xml", strings.NewReader(strings.Repeat("x", maxForm+1)))
	r.Header.Set("Content-Type", mediaForm)
	if TakeKey(r) == nil {
		t.Error("a form without end is taken")
	}
}

func FuzzForm(f *testing.F) {
	f.Add(true, "api_key=a&attribute[x]=1&attribute[y][]=2", "b")
	f.Add(false, "--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nv\r\n--b--\r\n", "b")
	f.Fuzz(func(t *testing.T, plain bool, raw, boundary string) {
		media := mediaMultipart
		if plain {
			media = mediaForm
		}
		got, err := parseForm(media, boundary, []byte(raw))
		if err != nil {
			return
		}
		total := 0
		for name, values := range got {
			if code := attributeOf(name); !strings.Contains(name, code) {
				t.Fatalf("%q names the attribute %q", name, code)
			}
			for _, v := range values {
				total += len(v)
			}
		}
		if total > len(raw) {
			t.Fatalf("%d bytes of values in %d bytes", total, len(raw))
		}
		if want, err := url.ParseQuery(raw); plain && (err != nil || !reflect.DeepEqual(want, got)) {
			t.Fatal("differs from the standard reader")
		}
	})
}

func TestHarmless(t *testing.T) {
	for s, want := range map[string]string{"": "", "灯": "灯", "=1+1": "'=1+1", "+86": "'+86", "-x": "'-x", "@a": "'@a", "a=1": "a=1", "\t=1": "'\t=1"} {
		if got := harmless(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
