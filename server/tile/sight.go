package tile

import (
	"strings"
	"sync"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
)

// Sight is what a subject may see of one layer.
type Sight struct {
	Layer    *layers.Layer
	Decision access.Decision
	Scope    string // of Decision
	Persons  bool   // what it shows are somebody's data
}

// Sights are the layers of a tile as a subject sees them. They are immutable, and
// shared by the requests of all who see the same.
type Sights struct {
	List  []Sight // in ascending order of the layers' ids, each once
	IDs   []string
	Names string // ids with a comma between
	Scope string // of all: equal for subjects who see the same
}

// sights works out what subjects see of lists of layers, once for each list and
// all who have the same rights. It is safe for many goroutines.
type sights struct {
	mu    sync.RWMutex
	known map[rights]*Sights
}

// rights is what a decision of package access depends on, beside the layer.
type rights struct {
	layers     string // as the request writes them
	role       layers.Role
	cleared    bool
	id, region string
	department string
	purpose    string
	grants     *layers.Grant // the first; subjects of whom the same lines speak share them
	lines      int           // -1: the standard policy
	scope      string        // of a key that narrows the policy
}

const keptSights = 1024

// of returns the sights of the layers that a request names. Errors: Invalid for
// names that cannot be, NotFound for a layer the city does not have.
func (s *sights) of(v *live.View, subject *layers.Subject, names string) (*Sights, error) {
	k := rightsOf(subject, names)
	s.mu.RLock()
	known := s.known[k]
	s.mu.RUnlock()
	if known != nil && known.present(v) {
		return known, nil
	}
	made, err := newSights(v, subject, names)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= keptSights {
		s.known = make(map[rights]*Sights)
	}
	s.known[k] = made
	return made, nil
}

// present reports whether the view has the layers as they were.
func (s *Sights) present(v *live.View) bool {
	for i := range s.List {
		if l, ok := v.Layer(s.IDs[i]); !ok || l != s.List[i].Layer {
			return false
		}
	}
	return true
}

func newSights(v *live.View, subject *layers.Subject, names string) (*Sights, error) {
	ids, err := layerIDs(names)
	if err != nil {
		return nil, err
	}
	out := &Sights{IDs: ids, Names: strings.Join(ids, ",")}
	var scope strings.Builder
	for _, id := range ids {
		l, ok := v.Layer(id)
		if !ok {
			return nil, &layers.Error{Kind: layers.NotFound, Op: "access", Layer: id, Err: errNoLayer}
		}
		d := access.Decide(subject, l)
		one := Sight{Layer: l, Decision: d, Scope: d.Scope(), Persons: live.ShowsPersons(subject, l, &d)}
		scope.WriteString(one.Scope)
		scope.WriteByte('|')
		out.List = append(out.List, one)
	}
	out.Scope = scope.String()
	return out, nil
}

// rightsOf gathers what decides about a subject.
func rightsOf(s *layers.Subject, names string) rights {
	r := rights{layers: names, role: s.Role, cleared: s.Cleared, id: s.ID, region: s.Region, department: s.Department, purpose: s.Purpose, lines: len(s.Grants)}
	switch {
	case s.Grants == nil:
		r.lines = -1
	case len(s.Grants) > 0:
		r.grants = &s.Grants[0]
	}
	if s.Layers != nil || s.Fields != nil || s.Classes != nil || !s.From.IsZero() || !s.To.IsZero() {
		var b strings.Builder
		for _, list := range [][]string{s.Layers, s.Fields, s.Classes} {
			if list != nil {
				b.WriteByte('[')
			}
			for _, name := range list {
				b.WriteString(name)
				b.WriteByte(0)
			}
			b.WriteByte(';')
		}
		b.WriteString(s.From.UTC().Format(instant))
		b.WriteByte(';')
		b.WriteString(s.To.UTC().Format(instant))
		r.scope = b.String()
	}
	return r
}

// instant is time.RFC3339Nano; the zero time is a text too.
const instant = "2006-01-02T15:04:05.999999999Z07:00"
