package live

import (
	"context"
	"time"

	"wutu/layers"
)

// formerSet is the areas of a level while none of them changed.
type formerSet struct {
	version  uint64    // of the area layers it was made from
	from, to time.Time // inclusive, exclusive; zero for unbounded
	set      *areaSet
}

func (f *formerSet) holds(at time.Time) bool {
	return (f.from.IsZero() || !at.Before(f.from)) && (f.to.IsZero() || at.Before(f.to))
}

// keptFormer is how many former states of a level's areas are kept.
const keptFormer = 16

// formerVersion marks the versions of sets that are not the present one, which
// are numbered as they are made.
const formerVersion = 1 << 63

// former returns the areas of a level as of an instant: the present ones while
// they have not changed since.
func (x *areaIndex) former(ctx context.Context, v *View, level layers.Level, at time.Time) (*areaSet, error) {
	version := uint64(0)
	var tables []*table
	for _, t := range v.tables {
		if t.layer.Level == level {
			tables = append(tables, t)
			version = max(version, t.seq+1)
		}
	}
	if tables == nil {
		return v.areasOf(level), nil
	}
	x.past.Lock() // one at a time: most want the same
	defer x.past.Unlock()
	for _, f := range x.known[level] {
		if f.version == version && f.holds(at) {
			return f.set, nil
		}
	}
	f := formerSet{version: version}
	then := make([]*table, len(tables))
	past := &View{seq: v.seq, tables: v.tables, releases: v.releases, at: at}
	same := true
	for i, t := range tables {
		if err := f.narrow(ctx, v, t, at); err != nil {
			return nil, err
		}
		var err error
		if then[i], _, err = past.tableAt(ctx, t, extract{}); err != nil {
			return nil, err
		}
		same = same && then[i].sameAs(t)
	}
	if same {
		f.set = v.areasOf(level)
	} else {
		x.made++
		f.set = newAreaSet(formerVersion|x.made, then)
	}
	if x.known == nil {
		x.known = make(map[layers.Level][]formerSet)
	}
	kept := x.known[level]
	if len(kept) == keptFormer {
		kept = kept[1:]
	}
	x.known[level] = append(kept[:len(kept):len(kept)], f)
	return f.set, nil
}

// narrow limits f to the time around an instant in which an area layer did not
// change; to the instant itself when the store cannot tell.
func (f *formerSet) narrow(ctx context.Context, v *View, t *table, at time.Time) error {
	reader, ok := v.releases.city.store.(layers.PastReader)
	if !ok {
		f.from, f.to = at, at.Add(time.Microsecond)
		return nil
	}
	from, to, err := reader.Steady(ctx, t.layer.ID, at)
	if err != nil {
		return err
	}
	if from.After(f.from) {
		f.from = from
	}
	if !to.IsZero() && (f.to.IsZero() || to.Before(f.to)) {
		f.to = to
	}
	return nil
}

// sameAs reports whether a table of the past holds the rows of the present one.
func (t *table) sameAs(now *table) bool {
	n := 0
	same := true
	t.scan(func(r *Row) bool {
		n++
		ref, ok := now.lookup(r.ID())
		if ok {
			var is Row
			now.at(ref, &is)
			ok = is.Version() == r.Version()
		}
		same = ok
		return same
	})
	return same && n == now.rowCount()
}
