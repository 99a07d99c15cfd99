package ogc

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"wutu/layers"
)

// link is a web link (RFC 8288) in JSON.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// root is the address of the server as the client knows it, without a slash.
func root(c echo.Context) string { return c.Scheme() + "://" + c.Request().Host }

func (l link) append(b []byte) []byte {
	b = append(b, `{"href":`...)
	b = layers.AppendJSONText(b, l.Href)
	b = append(b, `,"rel":`...)
	b = layers.AppendJSONText(b, l.Rel)
	if l.Type != "" {
		b = append(b, `,"type":`...)
		b = layers.AppendJSONText(b, l.Type)
	}
	if l.Title != "" {
		b = append(b, `,"title":`...)
		b = layers.AppendJSONText(b, l.Title)
	}
	return append(b, '}')
}

// header is the link as a header writes it. The title is left out: it may be
// Chinese, which headers are not made for.
func (l link) header() string {
	return "<" + l.Href + `>; rel="` + l.Rel + `"; type="` + l.Type + `"`
}

// appendLinks appends a member links.
func appendLinks(b []byte, links []link) []byte {
	b = append(b, `"links":[`...)
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = l.append(b)
	}
	return append(b, ']')
}

// alternates are the links of a document to itself and to its other formats.
func alternates(self string, query url.Values, chosen offer, offers []offer) []link {
	links := []link{{Href: withQuery(self, query), Rel: "self", Type: chosen.media, Title: "This document"}}
	for _, o := range offers {
		if o != chosen {
			v := url.Values{}
			for name, values := range query {
				v[name] = values
			}
			v.Set("f", o.name)
			links = append(links, link{Href: withQuery(self, v), Rel: "alternate", Type: o.media, Title: o.title})
		}
	}
	return links
}
