package ogc

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
)

//go:embed page/*.html
var pageFiles embed.FS

// pages are the templates, by the name of the page. They are parsed once and never
// changed; a test draws each of them.
var pages = parsePages()

func parsePages() map[string]*template.Template {
	out := map[string]*template.Template{}
	for _, name := range []string{"landing", "conformance", "functions", "collections", "collection", "schema", "items", "item"} {
		out[name] = template.Must(template.New("frame.html").ParseFS(pageFiles, "page/frame.html", "page/"+name+".html"))
	}
	return out
}

// title is a text in the two languages of the pages.
type title struct{ ZH, EN string }

// of is a title of the domain.
func of(t layers.Title) title { return title{t.ZH, t.EN} }

// screen is one page as its template sees it.
type screen struct {
	Title title
	Here  string // address of the page without its query
	Up    []crumb
	Data  any

	Root    string // address of the API
	Chinese bool
	Other   string // address of the page in the other language
	Links   []link // to the same in other formats
	City    title
	Q       template.URL // the query that links within the pages carry
}

type crumb struct {
	Title title
	Href  string
}

// Say picks a text by the language of the page.
func (s *screen) Say(zh, en string) string {
	if s.Chinese {
		return zh
	}
	return en
}

// Name picks a title by the language of the page; a missing half is the other.
func (s *screen) Name(t title) string {
	if s.Chinese && t.ZH != "" || t.EN == "" {
		return t.ZH
	}
	return t.EN
}

// Lang is the language of the page as HTML writes it.
func (s *screen) Lang() string { return s.Say("zh-CN", "en") }

// render draws a page. It is written whole: pages hold at most maxShown features.
func (a *API) render(c echo.Context, name string, s screen) error {
	r := c.Request()
	s.Root, s.City = root(c)+"/ogc", of(a.o.Name)
	s.Chinese = chinese(r)
	s.Q = "f=html"
	query := r.URL.Query()
	if lang := query.Get("lang"); lang == "zh" || lang == "en" {
		s.Q += template.URL("&lang=" + lang) //nolint:gosec // one of two words
	}
	if s.Links == nil {
		query.Set("f", "json")
		s.Links = []link{{Href: withQuery(s.Here, query), Title: "JSON"}}
	}
	query.Set("f", "html")
	query.Set("lang", s.Say("en", "zh"))
	s.Other = withQuery(s.Here, query)
	var b bytes.Buffer
	if err := pages[name].Execute(&b, &s); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "page", Err: err}
	}
	h := c.Response().Header()
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Language", s.Lang())
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tagOfBytes(b.Bytes()))
	if fresh(c) {
		return notModified(c)
	}
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// chinese reports whether a page is drawn in Chinese: it is, unless the address or
// the browser asks for English before Chinese.
func chinese(r *http.Request) bool {
	switch r.URL.Query().Get("lang") {
	case "zh":
		return true
	case "en":
		return false
	}
	en, zh := -1.0, -1.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		// The list has the form of Accept, with languages in place of media types.
		ranges := parseAccept(strings.Replace(strings.TrimSpace(part), "-", "/", 1))
		if len(ranges) == 0 {
			ranges = parseAccept(strings.Replace(strings.TrimSpace(part)+";", ";", "/*;", 1))
		}
		for _, l := range ranges {
			switch l.kind {
			case "en":
				en = max(en, l.q)
			case "zh":
				zh = max(zh, l.q)
			}
		}
	}
	return en <= 0 || zh >= en
}

// shelf is one element of the city with its collections.
type shelf struct {
	Name  title
	Items []entry
}

// entry is a collection as pages list it.
type entry struct {
	ID    string
	Name  title
	Count int // -1: not told
	Unit  title
	Href  string
}

var elementTitles = map[layers.Element]title{
	layers.People: {"人", "People"}, layers.Enterprise: {"企", "Enterprises"}, layers.Land: {"地", "Land"},
	layers.Object: {"物", "Objects"}, layers.Government: {"政", "Government"}, layers.Frame: {"底图", "Frame"}, layers.Event: {"事件", "Events"},
}

// summary lists the collections of the subject by element.
func (a *API) summary(c echo.Context) []shelf {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	var out []shelf
	for _, e := range layers.Elements() {
		s := shelf{Name: elementTitles[e]}
		for _, l := range v.Layers() {
			if l.Element == e && access.MayList(&subject, l) == nil {
				s.Items = append(s.Items, entryOf(c, v, &subject, l))
			}
		}
		if len(s.Items) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// entryOf describes a collection. How many features it has is told to who sees
// all of them.
func entryOf(c echo.Context, v *live.View, s *layers.Subject, l *layers.Layer) entry {
	e := entry{ID: l.ID, Name: of(l.Title), Count: -1, Unit: of(l.CountUnit), Href: root(c) + "/ogc/collections/" + url.PathEscape(l.ID)}
	if d := access.Decide(s, l); d.Whole() {
		e.Count = v.Stats(l.ID).Rows
	}
	return e
}

// crumbs is the way to a collection and on.
func crumbs(c echo.Context, l *layers.Layer, further ...crumb) []crumb {
	base := root(c) + "/ogc/collections"
	return slices.Concat([]crumb{{title{"数据", "Collections"}, base}, {of(l.Title), base + "/" + url.PathEscape(l.ID)}}, further)
}
