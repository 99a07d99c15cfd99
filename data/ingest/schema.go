package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
)

// maxSchemaBytes bounds a schema: a thousand fields with their codes take far
// less.
const maxSchemaBytes = 4 << 20

// schemaDoc is what is read of a schema of OGC API Features Part 5.
type schemaDoc struct {
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Required    []string        `json:"required"`
	Properties  json.RawMessage `json:"properties"`
}

type propertyDoc struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Type        string   `json:"type"`
	Format      string   `json:"format"`
	Enum        []string `json:"enum"`
	Role        string   `json:"x-ogc-role"`
	Unit        string   `json:"x-ogc-unit"`
	Seq         int      `json:"x-ogc-propertySeq"`
	CodeSystem  string   `json:"x-wutu-code-system"`
	ReadOnly    bool     `json:"readOnly"`
}

// ParseSchema reads the definition of a layer from a JSON Schema as OGC API
// Features Part 5 (23-058r2) has it and the server writes it: properties become
// fields in the order of x-ogc-propertySeq, then of the document; enumerated
// texts are codes; x-wutu-code-system names an official code system; the geometry type is the format of the primary geometry. The
// id and other properties that are only read are left out. The layer has neither
// id nor element yet. Errors are Invalid and name the JSON pointer, or TooLarge.
func ParseSchema(data []byte) (*layers.Layer, error) {
	if len(data) > maxSchemaBytes {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "schema", Err: fmt.Errorf("%d bytes, at most %d", len(data), maxSchemaBytes)}
	}
	var doc schemaDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, layers.Invalidf("schema", "/", err.Error())
	}
	names, err := memberNames(doc.Properties)
	if err != nil {
		return nil, layers.Invalidf("schema", "/properties", err.Error())
	}
	var properties map[string]propertyDoc
	if err := json.Unmarshal(doc.Properties, &properties); err != nil {
		return nil, layers.Invalidf("schema", "/properties", err.Error())
	}
	slices.SortStableFunc(names, func(a, b string) int { return properties[a].Seq - properties[b].Seq })
	l := &layers.Layer{Title: titles(doc.Title, doc.Description), CountUnit: layers.Title{ZH: "个", EN: "features"}}
	for _, name := range names {
		p := properties[name]
		switch {
		case p.Role == "id" || p.ReadOnly:
			continue
		case strings.HasPrefix(p.Format, "geometry-") && p.Type == "":
			if l.Geometry != layers.NoGeometry {
				return nil, layers.Invalidf("schema", "/properties/"+name, "is a second geometry")
			}
			if l.Geometry, err = geometryOf(p.Format); err != nil {
				return nil, layers.Invalidf("schema", "/properties/"+name+"/format", err.Error())
			}
			continue
		}
		f := layers.Field{Name: name, Title: titles(p.Title, p.Description), Unit: p.Unit, Required: slices.Contains(doc.Required, name), CodeSystem: layers.CodeSystem(p.CodeSystem)}
		if !f.CodeSystem.Known() {
			return nil, layers.Invalidf("schema", "/properties/"+name+"/x-wutu-code-system", "is no code system")
		}
		if f.Title == (layers.Title{}) {
			f.Title = layers.Title{ZH: name, EN: name}
		}
		if f.Type, err = fieldTypeOf(p); err != nil {
			return nil, layers.Invalidf("schema", "/properties/"+name, err.Error())
		}
		for _, code := range p.Enum {
			f.Codes = append(f.Codes, layers.Code{Value: code, Title: layers.Title{ZH: code, EN: code}})
		}
		l.Fields = append(l.Fields, f)
	}
	return l, nil
}

// defined is the layer to be made by Schema.
func (o *Options) defined() (*layers.Layer, error) {
	l := *o.Schema
	l.ID, l.Element, l.Access = o.Layer, o.Element, layers.InternalAccess
	if o.Title != (layers.Title{}) || l.Title == (layers.Title{}) {
		l.Title = o.Title
	}
	if l.Title == (layers.Title{}) {
		l.Title = layers.Title{ZH: o.Layer, EN: o.Layer}
	}
	return &l, l.Check()
}

// titles are those of a property: the server writes Chinese as title and English
// as description.
func titles(title, description string) layers.Title {
	if title == "" {
		title = description
	}
	if description == "" {
		description = title
	}
	return layers.Title{ZH: title, EN: description}
}

func fieldTypeOf(p propertyDoc) (layers.FieldType, error) {
	switch p.Type {
	case "string":
		switch p.Format {
		case "date-time", "date":
			return layers.DateTime, nil
		}
		return layers.String, nil
	case "integer":
		return layers.Integer, nil
	case "number":
		return layers.Number, nil
	case "boolean":
		return layers.Boolean, nil
	}
	return 0, fmt.Errorf("type %.40q is not string, integer, number or boolean", p.Type)
}

// geometryOf reads "geometry-polygon" and "geometry-polygon-or-multipolygon".
func geometryOf(format string) (layers.GeometryType, error) {
	name := strings.TrimPrefix(format, "geometry-")
	if _, multi, ok := strings.Cut(name, "-or-"); ok {
		name = multi
	}
	for t := layers.Point; t <= layers.AnyGeometry; t++ {
		if strings.EqualFold(t.String(), name) || t == layers.AnyGeometry && (name == "any" || name == "geometrycollection") {
			return t, nil
		}
	}
	return layers.NoGeometry, fmt.Errorf("%.60q is no type of geometry", format)
}

// memberNames lists the members of an object in the order of the document.
func memberNames(raw []byte) ([]string, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("is not an object")
	}
	var names []string
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		names = append(names, name)
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return nil, err
		}
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return nil, fmt.Errorf("%.80q is there twice", name)
		}
		seen[name] = true
	}
	return names, nil
}
