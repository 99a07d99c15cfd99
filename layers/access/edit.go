package access

import (
	"errors"

	"wutu/layers"
)

// edits decides whether s, of whom line g speaks, may make, change and remove
// features of l. Never, whatever the line says:
//
//   - events: their life goes through the steps of a case;
//   - layers of the frame: areas and addresses are the register that counts and
//     places hang on, and come by import;
//   - personal layers, without clearance.
func edits(s *layers.Subject, g *layers.Grant, l *layers.Layer) bool {
	if g.Mode != layers.GrantList || l.Element == layers.Event || l.Element == layers.Frame ||
		l.Access == layers.PersonalAccess && !s.Cleared {
		return false
	}
	switch g.Edit {
	case layers.EditAll:
		return true
	case layers.EditOwn:
		return l.Owner != "" && s.Department == l.Owner
	case layers.EditScoped:
		return s.Layers != nil // which names l, or the layer would not exist
	case layers.EditNone:
	}
	return false
}

// MayEdit returns nil when s may make, change and remove features of l, and
// Forbidden otherwise; of a layer that s may not list it returns what MayList
// does.
func (d *Decision) MayEdit(s *layers.Subject, l *layers.Layer) error {
	if err := d.MayList(s, l); err != nil {
		return err
	}
	if !d.Edit {
		return &layers.Error{Kind: layers.Forbidden, Op: "access", Layer: l.ID, Err: errors.New("its features are not yours to change")}
	}
	return nil
}

// Sets reports whether a subject may give field i a value: it must see it whole,
// or it would overwrite what it cannot know.
func (d *Decision) Sets(i int) bool { return d.Edit && d.Sights.Of(i) == layers.Shown }
