package duty

import (
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/keyring"
)

// Precedent is an adjudication that decides cases like it: a class, where it
// holds, and who answers. It is about exactly one of an object, a road, an area of
// the frame (grid, community, …) or a drawn polygon.
type Precedent struct {
	ID         string             `json:"id"`
	Class      string             `json:"class"`
	Object     string             `json:"object,omitempty"`  // "layer/id"
	Road       string             `json:"road,omitempty"`    // id in the layer roads
	Area       string             `json:"area,omitempty"`    // code of an area of any level
	Polygon    *geojson.Geometry  `json:"polygon,omitempty"` // Polygon or MultiPolygon, lon/lat degrees
	Department string             `json:"department"`
	Case       string             `json:"case"` // whose adjudication it is
	By         string             `json:"by"`   // actor
	At         time.Time          `json:"at"`
	Until      *time.Time         `json:"until,omitempty"` // exclusive; nil: until revoked
	Note       string             `json:"note,omitempty"`
	Signature  *keyring.Signature `json:"signature,omitempty"` // over SignedBytes
}

// The bounds of a precedent.
const (
	maxPrecedentText     = 2000
	maxPrecedentVertices = 20_000
	maxPrecedentBytes    = 4 << 20
)

// ParsePrecedent reads the JSON form and checks it. The error is Invalid and
// names the field.
func ParsePrecedent(data []byte) (*Precedent, error) {
	if len(data) > maxPrecedentBytes {
		return nil, layers.Invalidf("precedent", "", "is larger than 4 MiB")
	}
	p := &Precedent{}
	if err := strict(data, p); err != nil {
		return nil, layers.Invalidf("precedent", "", err.Error())
	}
	return p, p.Check()
}

// Check reports the first impossible part of p, as an Invalid error.
func (p *Precedent) Check() error {
	fail := func(field, why string) error { return layers.Invalidf("precedent", field, why) }
	about := 0
	for field, s := range map[string]string{"object": p.Object, "road": p.Road, "area": p.Area} {
		if s != "" {
			about++
		}
		if len(s) > 2*layers.MaxIDLength {
			return fail(field, "is too long")
		}
	}
	if layer, id, ok := strings.Cut(p.Object, "/"); p.Object != "" && (!ok || layer == "" || id == "") {
		return fail("object", "is not layer/id")
	}
	if p.Polygon != nil {
		about++
		if err := checkPolygon(p.Polygon); err != nil {
			return err
		}
	}
	switch {
	case about != 1:
		return fail("", "is about exactly one of object, road, area and polygon")
	case p.ID == "" || len(p.ID) > layers.MaxIDLength:
		return fail("id", "is empty or too long")
	case p.Class == "" || len(p.Class) > maxCodeBytes:
		return fail("class", "is empty or too long")
	case p.Department == "" || len(p.Department) > layers.MaxIDLength:
		return fail("department", "is empty or too long")
	case p.Case == "" || p.By == "" || p.At.IsZero():
		return fail("", "has no case, actor or time")
	case len(p.Case) > layers.MaxIDLength || len(p.By) > layers.MaxIDLength || len(p.Note) > maxPrecedentText:
		return fail("note", "is too long")
	case p.Until != nil && !p.Until.After(p.At):
		return fail("until", "is not after at")
	}
	return nil
}

func checkPolygon(g *geojson.Geometry) error {
	if t := g.Type; t != "Polygon" && t != "MultiPolygon" {
		return layers.Invalidf("precedent", "polygon", "is no Polygon or MultiPolygon")
	}
	n := 0
	shape := g.Geometry()
	if shape == nil {
		return layers.Invalidf("precedent", "polygon", "is empty")
	}
	edges(shape, func(_, _ orb.Point) { n++ })
	if n < 3 || n > maxPrecedentVertices {
		return layers.Invalidf("precedent", "polygon", "has too few or too many vertices")
	}
	if err := valid.Check(shape); err != nil {
		return layers.Invalidf("precedent", "polygon", err.Error())
	}
	return nil
}

// InForce reports whether p decides cases at t.
func (p *Precedent) InForce(t time.Time) bool {
	return !t.Before(p.At) && (p.Until == nil || t.Before(*p.Until))
}

// SignedBytes is what the signature of p covers: the canonical form of everything
// else, behind a context that keeps it from serving for anything but a precedent.
func (p *Precedent) SignedBytes() ([]byte, error) {
	q := *p
	q.Signature = nil
	b, err := canonical(&q)
	return append([]byte(precedentContext), b...), err
}

// Sign signs p with the city's key. sign is keyring.Ring.Sign.
func (p *Precedent) Sign(sign Signer) error {
	b, err := p.SignedBytes()
	if err != nil {
		return err
	}
	s, err := sign(b)
	if err != nil {
		return err
	}
	p.Signature = &s
	return nil
}

// Verify reports whether p is signed by one of the keys: nil, or an Invalid error.
func (p *Precedent) Verify(keys []keyring.Public) error {
	if p.Signature == nil {
		return layers.Invalidf("precedent", "signature", "is missing")
	}
	b, err := p.SignedBytes()
	if err != nil {
		return err
	}
	return verify(keys, b, *p.Signature)
}

// Precedents is a set of precedents, made for lookups. It is immutable and safe
// for concurrent use. The zero value holds none.
type Precedents struct{ byClass map[string][]Precedent }

// NewPrecedents returns the set of those in list that are in force at t, the
// newest first; of the same age, in order of id. list is not kept.
func NewPrecedents(list []Precedent, t time.Time) *Precedents {
	out := &Precedents{byClass: map[string][]Precedent{}}
	for _, p := range list {
		if p.InForce(t) {
			out.byClass[p.Class] = append(out.byClass[p.Class], p)
		}
	}
	for _, of := range out.byClass {
		slices.SortFunc(of, func(a, b Precedent) int {
			if c := b.At.Compare(a.At); c != 0 {
				return c
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	return out
}

// Of returns those about a class, the newest first. The slice must not be changed.
func (p *Precedents) Of(class string) []Precedent {
	if p == nil {
		return nil
	}
	return p.byClass[class]
}
