package gpkg

import (
	"encoding/json"
	"fmt"

	"wutu/layers"
)

// The definition of a layer as it is kept in wutu_layers: JSON whose names are
// part of the file format.

type layerDoc struct {
	ID            string        `json:"id"`
	Title         *layers.Title `json:"title,omitempty"`
	Element       string        `json:"element"`
	Geometry      string        `json:"geometry"`
	Access        string        `json:"access"`
	Owner         string        `json:"owner,omitempty"`
	CountUnit     *layers.Title `json:"count_unit,omitempty"`
	Level         string        `json:"level,omitempty"`
	MinCount      int           `json:"min_count,omitempty"`
	TitleField    string        `json:"title_field,omitempty"`
	SubtitleField string        `json:"subtitle_field,omitempty"`
	KindField     string        `json:"kind_field,omitempty"`
	HeightField   string        `json:"height_field,omitempty"`
	Fields        []fieldDoc    `json:"fields"`
}

type fieldDoc struct {
	Name     string        `json:"name"`
	Type     string        `json:"type"`
	Title    *layers.Title `json:"title,omitempty"`
	Unit     string        `json:"unit,omitempty"`
	Codes    []layers.Code `json:"codes,omitempty"`
	Personal bool          `json:"personal,omitempty"`
	Ref      string        `json:"ref,omitempty"`
	Search   bool          `json:"search,omitempty"`
	Measure  bool          `json:"measure,omitempty"`
	Mask     string        `json:"mask,omitempty"`
	Sealed   bool          `json:"sealed,omitempty"`
	Required bool          `json:"required,omitempty"`

	CodeSystem layers.CodeSystem `json:"code_system,omitempty"`
}

func optional(t layers.Title) *layers.Title {
	if t == (layers.Title{}) {
		return nil
	}
	return &t
}

func encodeDefinition(l *layers.Layer) (string, error) {
	d := layerDoc{ID: l.ID, Title: optional(l.Title), Element: l.Element.String(), Geometry: l.Geometry.String(),
		Access: l.Access.String(), Owner: l.Owner, CountUnit: optional(l.CountUnit), Level: l.Level.String(), MinCount: l.MinCount,
		TitleField: l.TitleField, SubtitleField: l.SubtitleField, KindField: l.KindField, HeightField: l.HeightField,
		Fields: make([]fieldDoc, len(l.Fields))}
	for i := range l.Fields {
		f := &l.Fields[i]
		d.Fields[i] = fieldDoc{Name: f.Name, Type: f.Type.String(), Title: optional(f.Title), Unit: f.Unit, Codes: f.Codes,
			Personal: f.Personal, Ref: f.Ref, Search: f.Search, Measure: f.Measure, Mask: f.Mask.String(), Sealed: f.Sealed, Required: f.Required, CodeSystem: f.CodeSystem}
	}
	b, err := json.Marshal(d)
	return string(b), err
}

func decodeDefinition(text string) (*layers.Layer, error) {
	var d layerDoc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("the definition of a layer cannot be read: %w", err)
	}
	l := &layers.Layer{ID: d.ID, Owner: d.Owner, MinCount: d.MinCount,
		TitleField: d.TitleField, SubtitleField: d.SubtitleField, KindField: d.KindField, HeightField: d.HeightField}
	setTitle(&l.Title, d.Title)
	setTitle(&l.CountUnit, d.CountUnit)
	var err error
	if l.Element, err = layers.ParseElement(d.Element); err != nil {
		return nil, err
	}
	if l.Geometry, err = layers.ParseGeometryType(d.Geometry); err != nil {
		return nil, err
	}
	if l.Access, err = layers.ParseAccess(d.Access); err != nil {
		return nil, err
	}
	if d.Level != "" {
		if l.Level, err = layers.ParseLevel(d.Level); err != nil {
			return nil, err
		}
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		field := layers.Field{Name: f.Name, Unit: f.Unit, Codes: f.Codes, Personal: f.Personal, Ref: f.Ref, Search: f.Search, Measure: f.Measure, Sealed: f.Sealed, Required: f.Required, CodeSystem: f.CodeSystem}
		if field.Mask, err = layers.ParseMask(f.Mask); err != nil {
			return nil, err
		}
		setTitle(&field.Title, f.Title)
		if field.Type, err = layers.ParseFieldType(f.Type); err != nil {
			return nil, err
		}
		l.Fields = append(l.Fields, field)
	}
	return l, l.Check()
}

func setTitle(to *layers.Title, from *layers.Title) {
	if from != nil {
		*to = *from
	}
}
