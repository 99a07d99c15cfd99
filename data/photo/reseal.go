package photo

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Reseal seals with the current key every file that is plain or sealed with
// another, and returns how many that were. It may be interrupted and repeated, and
// goes on beside a server. What the files held before may stay in unused parts of
// the disk. Without keys it does nothing. Errors are those of the disk, and those
// of files that cannot be opened.
func (f *Files) Reseal(ctx context.Context) (int, error) {
	if f.keys == nil {
		return 0, nil
	}
	n := 0
	for name := range f.Names(ctx, time.Time{}) {
		current, err := f.current(name)
		if err != nil || current {
			if layers.KindOf(err) == layers.NotFound || err == nil { // thrown away since it was listed
				continue
			}
			return n, err
		}
		data, err := f.Read(ctx, name)
		if err != nil {
			return n, err
		}
		if err := f.Write(ctx, name, data); err != nil {
			return n, err
		}
		n++
	}
	return n, ctx.Err()
}

// current reports whether a file is sealed with the current key.
func (f *Files) current(name string) (bool, error) {
	want := []byte(keyring.Prefix(f.keys.Current()))
	head, err := f.head(name, len(want))
	return bytes.Equal(head, want), err
}

// head reads the first n bytes of a file, fewer when it is shorter.
func (f *Files) head(name string, n int) ([]byte, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, fail("Read", name, err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, int64(n)))
	if err != nil {
		return nil, fail("Read", name, err)
	}
	return b, nil
}
