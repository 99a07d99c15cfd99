package ogc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// describeAPI is the document of the server, with the address the client knows and
// with the items of every collection by their own path, as clients look for it:
// there the properties that may be asked for are parameters.
func (a *API) describeAPI(c echo.Context) ([]byte, error) {
	// Clients look for the address they know among the servers, so it is given in full.
	host, err := json.Marshal(root(c))
	if err != nil {
		return nil, err
	}
	doc := bytes.Replace(a.o.Document(), []byte(`"servers":[{"url":"/"}]`), fmt.Appendf(nil, `"servers":[{"url":%s}]`, host), 1)
	const start = `"paths":{`
	at := bytes.Index(doc, []byte(start))
	if at < 0 {
		return nil, &layers.Error{Kind: layers.Internal, Op: "ogc", Err: errors.New("the API document has no paths")}
	}
	server, err := json.Marshal(root(c) + "/ogc")
	if err != nil {
		return nil, err
	}
	var paths []byte
	subject := auth.SubjectOf(c.Request().Context())
	for _, l := range a.o.City.View().Layers() {
		if access.MayList(&subject, l) != nil {
			continue
		}
		item, err := a.itemsPath(&subject, l)
		if err != nil {
			return nil, err
		}
		paths = append(paths, '"')
		paths = append(paths, "/collections/"+l.ID+"/items"...)
		paths = append(paths, `":{"servers":[{"url":`...)
		paths = append(paths, server...)
		paths = append(paths, `}],"get":`...)
		paths = append(paths, item...)
		paths = append(paths, '}', ',')
	}
	return slices.Concat(doc[:at+len(start)], paths, doc[at+len(start):]), nil
}

// itemsPath is the operation on the items of one collection.
func (a *API) itemsPath(s *layers.Subject, l *layers.Layer) ([]byte, error) {
	d := access.Decide(s, l)
	params := a.itemsParams()
	taken := map[string]bool{}
	for _, p := range params {
		taken[p.Name] = true
	}
	for i := range l.Fields {
		if f := &l.Fields[i]; !taken[f.Name] && shows(&d, l, i, queryables) {
			params = append(params, propertyParam(f))
		}
	}
	return openapi.Operation(&openapi.Route{ID: "items_" + l.ID, Tag: "OGC API", Summary: l.Title.EN, ZH: l.Title.ZH, Params: params,
		Answers: []openapi.Answer{{Status: 200, Type: mediaGeoJSON, About: "Features", Schema: "featureCollection"}}})
}
