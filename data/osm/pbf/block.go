package pbf

import "slices"

// Kinds is a set of kinds of objects.
type Kinds uint8

// The kinds.
const (
	Nodes Kinds = 1 << iota
	Ways
	Relations
)

// Tag is a key and its value. The texts share memory with their whole block:
// clone what is kept.
type Tag struct{ Key, Value string }

// Tags are the tags of one object.
type Tags []Tag

// Get returns the value of key, "" if there is none.
func (t Tags) Get(key string) string {
	for i := range t {
		if t[i].Key == key {
			return t[i].Value
		}
	}
	return ""
}

// Node is a place. Lon and Lat are in units of 1e-7 degrees, the resolution of
// OpenStreetMap; finer coordinates are rounded.
type Node struct {
	ID       int64
	Lon, Lat int32
	Tags     Tags
}

// Way is a line through nodes.
type Way struct {
	ID   int64
	Tags Tags
	Refs []int64
}

// Member is a part of a relation.
type Member struct {
	Kind Kinds // one of them
	ID   int64
	Role string
}

// Relation groups members.
type Relation struct {
	ID      int64
	Tags    Tags
	Members []Member
}

// Visitor receives objects, which are valid only during the call. Kinds without
// a function are passed over without being decoded.
type Visitor struct {
	Node     func(*Node) error
	Way      func(*Way) error
	Relation func(*Relation) error
}

func (v *Visitor) wants() Kinds {
	var k Kinds
	if v.Node != nil {
		k |= Nodes
	}
	if v.Way != nil {
		k |= Ways
	}
	if v.Relation != nil {
		k |= Relations
	}
	return k
}

// group decodes the groups of a block; its slices are used again.
type group struct {
	text        []string
	granularity int64
	lat0, lon0  int64
	a, b, c, d  []uint64
	node        Node
	way         Way
	relation    Relation
}

// visit decodes a block.
func (g *group) visit(data []byte, v Visitor) (Kinds, error) {
	g.granularity, g.lat0, g.lon0, g.text = 100, 0, 0, g.text[:0]
	var groups [][]byte
	w := wire{b: data}
	for w.next() {
		switch w.field {
		case 1:
			table := w.bytes()
			whole := string(table)
			t := wire{b: table}
			for t.next() {
				if t.field != 1 {
					t.skip()
					continue
				}
				s := t.bytes()
				end := len(whole) - len(t.b)
				g.text = append(g.text, whole[end-len(s):end])
			}
			w.bad = w.bad || t.bad
		case 2:
			groups = append(groups, w.bytes())
		case 17:
			g.granularity = w.number()
		case 19:
			g.lat0 = w.number()
		case 20:
			g.lon0 = w.number()
		default:
			w.skip()
		}
	}
	if w.bad || g.granularity < 1 || g.granularity > 1e9 {
		return 0, errWire
	}
	var kinds Kinds
	for _, b := range groups {
		k, err := g.group(b, v)
		if kinds |= k; err != nil {
			return kinds, err
		}
	}
	return kinds, nil
}

func (g *group) group(b []byte, v Visitor) (kinds Kinds, err error) {
	w := wire{b: b}
	for err == nil && w.next() {
		switch {
		case w.field == 1 || w.field == 2:
			kinds |= Nodes
		case w.field == 3:
			kinds |= Ways
		case w.field == 4:
			kinds |= Relations
		}
		switch {
		case w.field == 1 && v.Node != nil:
			err = g.plain(w.bytes(), v.Node)
		case w.field == 2 && v.Node != nil:
			err = g.dense(w.bytes(), v.Node)
		case w.field == 3 && v.Way != nil:
			err = g.wayOf(w.bytes(), v.Way)
		case w.field == 4 && v.Relation != nil:
			err = g.relationOf(w.bytes(), v.Relation)
		default:
			w.skip()
		}
	}
	if err == nil {
		err = w.err()
	}
	return kinds, err
}

// degrees turns a coordinate of the block into units of 1e-7 degrees; false when
// it is not on Earth.
func (g *group) degrees(offset, v, limit int64) (int32, bool) {
	if v > 1<<53 || v < -(1<<53) || offset > 1<<53 || offset < -(1<<53) {
		return 0, false
	}
	nano := float64(offset) + float64(g.granularity)*float64(v) // exact: below 2^53 for places on Earth
	if nano > float64(limit)*1e9 || nano < -float64(limit)*1e9 {
		return 0, false
	}
	n := int64(nano)
	if n >= 0 {
		return int32((n + 50) / 100), true
	}
	return int32((n - 50) / 100), true
}

func (g *group) place(n *Node, lat, lon int64) bool {
	var okLat, okLon bool
	n.Lat, okLat = g.degrees(g.lat0, lat, 90)
	n.Lon, okLon = g.degrees(g.lon0, lon, 180)
	return okLat && okLon
}

// tags joins keys and values that are indexes into the string table.
func (g *group) tags(dst Tags, keys, values []uint64) (Tags, error) {
	dst = dst[:0]
	if len(keys) != len(values) {
		return dst, errWire
	}
	for i := range keys {
		if keys[i] >= uint64(len(g.text)) || values[i] >= uint64(len(g.text)) {
			return dst, errWire
		}
		dst = append(dst, Tag{g.text[keys[i]], g.text[values[i]]})
	}
	return dst, nil
}

func (g *group) plain(b []byte, visit func(*Node) error) error {
	n := &g.node
	n.ID = 0
	var lat, lon int64
	var err error
	g.a, g.b = g.a[:0], g.b[:0]
	w := wire{b: b}
	for err == nil && w.next() {
		switch w.field {
		case 1:
			n.ID = w.signed()
		case 2:
			g.a, err = packed(g.a, w.bytes())
		case 3:
			g.b, err = packed(g.b, w.bytes())
		case 8:
			lat = w.signed()
		case 9:
			lon = w.signed()
		default:
			w.skip()
		}
	}
	if err != nil || w.bad || !g.place(n, lat, lon) {
		return errWire
	}
	if n.Tags, err = g.tags(n.Tags, g.a, g.b); err != nil {
		return err
	}
	return visit(n)
}

func (g *group) dense(b []byte, visit func(*Node) error) error {
	g.a, g.b, g.c, g.d = g.a[:0], g.b[:0], g.c[:0], g.d[:0]
	var err error
	w := wire{b: b}
	for err == nil && w.next() {
		switch w.field {
		case 1:
			g.a, err = packed(g.a, w.bytes())
		case 8:
			g.b, err = packed(g.b, w.bytes())
		case 9:
			g.c, err = packed(g.c, w.bytes())
		case 10:
			g.d, err = packed(g.d, w.bytes())
		default:
			w.skip()
		}
	}
	if err != nil || w.bad || len(g.a) != len(g.b) || len(g.a) != len(g.c) {
		return errWire
	}
	n := &g.node
	var id, lat, lon int64
	rest := g.d
	for i := range g.a {
		id, lat, lon = id+zigzag(g.a[i]), lat+zigzag(g.b[i]), lon+zigzag(g.c[i])
		n.ID, n.Tags = id, n.Tags[:0]
		if !g.place(n, lat, lon) {
			return errWire
		}
		for len(rest) > 0 && rest[0] != 0 {
			if len(rest) < 2 || rest[0] >= uint64(len(g.text)) || rest[1] >= uint64(len(g.text)) {
				return errWire
			}
			n.Tags = append(n.Tags, Tag{g.text[rest[0]], g.text[rest[1]]})
			rest = rest[2:]
		}
		if len(rest) > 0 {
			rest = rest[1:]
		}
		if err := visit(n); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) wayOf(b []byte, visit func(*Way) error) error {
	way := &g.way
	way.ID, way.Refs = 0, way.Refs[:0]
	g.a, g.b, g.c = g.a[:0], g.b[:0], g.c[:0]
	var err error
	w := wire{b: b}
	for err == nil && w.next() {
		switch w.field {
		case 1:
			way.ID = w.number()
		case 2:
			g.a, err = packed(g.a, w.bytes())
		case 3:
			g.b, err = packed(g.b, w.bytes())
		case 8:
			g.c, err = packed(g.c, w.bytes())
		default:
			w.skip()
		}
	}
	if err != nil || w.bad {
		return errWire
	}
	if way.Tags, err = g.tags(way.Tags, g.a, g.b); err != nil {
		return err
	}
	way.Refs = slices.Grow(way.Refs, len(g.c))
	var id int64
	for _, d := range g.c {
		id += zigzag(d)
		way.Refs = append(way.Refs, id)
	}
	return visit(way)
}

func (g *group) relationOf(b []byte, visit func(*Relation) error) error {
	rel := &g.relation
	rel.ID, rel.Members = 0, rel.Members[:0]
	g.a, g.b, g.c, g.d = g.a[:0], g.b[:0], g.c[:0], g.d[:0]
	var roles []uint64
	var err error
	w := wire{b: b}
	for err == nil && w.next() {
		switch w.field {
		case 1:
			rel.ID = w.number()
		case 2:
			g.a, err = packed(g.a, w.bytes())
		case 3:
			g.b, err = packed(g.b, w.bytes())
		case 8:
			roles, err = packed(roles, w.bytes())
		case 9:
			g.c, err = packed(g.c, w.bytes())
		case 10:
			g.d, err = packed(g.d, w.bytes())
		default:
			w.skip()
		}
	}
	if err != nil || w.bad || len(roles) != len(g.c) || len(g.d) != len(g.c) {
		return errWire
	}
	if rel.Tags, err = g.tags(rel.Tags, g.a, g.b); err != nil {
		return err
	}
	var id int64
	for i, d := range g.c {
		id += zigzag(d)
		if g.d[i] > 2 || roles[i] >= uint64(len(g.text)) {
			return errWire
		}
		rel.Members = append(rel.Members, Member{Kind: 1 << g.d[i], ID: id, Role: g.text[roles[i]]})
	}
	return visit(rel)
}
