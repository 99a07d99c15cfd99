package live

import "context"

// NotePersons notes that rows of persons are handed out that do not come from a
// query: their tracks. The errors are those of admit.
func NotePersons(ctx context.Context, layer, what string, rows int) error {
	r, ok := ctx.Value(readsKey{}).(*Reads)
	if !ok || r == nil {
		return nil
	}
	e := r.entry(layer, what)
	e.Rows.Add(int64(rows))
	return r.admit(e)
}
