package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// maxFile bounds a file that is read: a picture of the largest limit anybody
// would set, sealed, which makes it a third longer.
const maxFile = 256 << 20

// Files is a folder of files with flat names. Safe for concurrent use, also by
// several processes.
type Files struct {
	dir  string
	keys *keyring.Ring

	mu    sync.Mutex
	known map[string]bool // folders that exist and whose entries are durable
}

// New returns the files in dir, which need not exist yet. keys may be nil: files
// are plain then.
func New(dir string, keys *keyring.Ring) *Files {
	return &Files{dir: dir, keys: keys, known: make(map[string]bool)}
}

// checkName admits what cannot leave the folder: ids with suffixes.
func checkName(name string) error {
	if len(name) < 4 || len(name) > 100 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" ||
		strings.ContainsRune(name[:2], '.') || strings.Contains(name, "..") {
		return &layers.Error{Kind: layers.Invalid, Op: "photo", ID: fmt.Sprintf("%.40q", name), Err: errors.New("is no name of a file of pictures")}
	}
	return nil
}

func (f *Files) path(name string) string { return filepath.Join(f.dir, name[:2], name) }

// fail tells of what the disk did, without its paths.
func fail(op, name string, err error) error {
	kind := layers.Unavailable
	if errors.Is(err, fs.ErrNotExist) {
		kind, err = layers.NotFound, errors.New("there is no such file")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &layers.Error{Kind: kind, Op: "photo." + op, ID: name, Err: err}
}

// Write keeps data under a name. A file of the name is replaced whole. Errors:
// Invalid for a name, Unavailable when the disk does not take it.
func (f *Files) Write(ctx context.Context, name string, data []byte) error {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return err
	}
	if f.keys != nil {
		sealed, err := f.keys.AppendSeal(nil, contextOf(name), data)
		if err != nil {
			return fail("Write", name, err)
		}
		data = sealed
	}
	folder := filepath.Dir(f.path(name))
	if err := f.prepare(folder); err != nil {
		return fail("Write", name, err)
	}
	if err := replace(folder, name, data); err != nil {
		return fail("Write", name, err)
	}
	return nil
}

// contextOf is where the content of a file belongs.
func contextOf(name string) []byte { return []byte("photos/" + name) }

// prepare makes a folder, durable up to the city's.
func (f *Files) prepare(folder string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known[folder] {
		if _, err := os.Stat(folder); err == nil {
			return nil
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := errors.Join(syncFolder(f.dir), syncFolder(filepath.Dir(f.dir))); err != nil {
		return err
	}
	f.known[folder] = true
	return nil
}

// replace writes a file beside its name, flushes it and gives it the name.
func replace(folder, name string, data []byte) (err error) {
	t, err := os.CreateTemp(folder, "."+name+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(t.Name())
		}
	}()
	_, err = t.Write(data)
	if err = errors.Join(err, t.Sync(), t.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(t.Name(), filepath.Join(folder, name)), syncFolder(folder))
}

// syncFolder makes the entries of a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Read returns a file's content, which the caller owns. Errors: NotFound, Invalid
// for a name or for a sealed file that was altered, Unavailable when the disk
// fails or its key is missing.
func (f *Files) Read(ctx context.Context, name string) ([]byte, error) {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, fail("Read", name, err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, fail("Read", name, err)
	case len(b) > maxFile:
		return nil, fail("Read", name, errors.New("the file is larger than any picture"))
	case !bytes.HasPrefix(b, []byte(keyring.Mark)):
		return b, nil
	}
	return f.open(name, b)
}

// open decrypts a sealed file. Another process may have added its key.
func (f *Files) open(name string, sealed []byte) ([]byte, error) {
	if f.keys == nil {
		return nil, fail("Read", name, errors.New("the file is sealed, and the city was opened without keys"))
	}
	b, err := f.keys.AppendOpen(nil, contextOf(name), sealed)
	if errors.Is(err, keyring.ErrKey) {
		if err = f.keys.Reload(); err == nil {
			b, err = f.keys.AppendOpen(nil, contextOf(name), sealed)
		}
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.KindOf(err), Op: "photo.Read", ID: name, Err: err}
	}
	return b, nil
}

// Remove deletes a file; one that does not exist is none of its errors.
func (f *Files) Remove(ctx context.Context, name string) error {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return err
	}
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail("Remove", name, err)
	}
	return nil
}

// Names yields the names of the files, in order, with the time each was written.
// Files that are being written are left out, and those that were begun before old
// and never finished are removed.
func (f *Files) Names(ctx context.Context, old time.Time) iter.Seq2[string, time.Time] {
	return func(yield func(string, time.Time) bool) {
		folders, err := os.ReadDir(f.dir)
		if err != nil {
			return
		}
		for _, folder := range folders {
			if !folder.IsDir() || len(folder.Name()) != 2 || ctx.Err() != nil {
				continue
			}
			entries, err := os.ReadDir(filepath.Join(f.dir, folder.Name()))
			if err != nil {
				continue
			}
			for _, e := range entries {
				info, err := e.Info()
				if err != nil || !info.Mode().IsRegular() {
					continue
				}
				name := e.Name()
				switch {
				case strings.HasPrefix(name, "."):
					if info.ModTime().Before(old) {
						os.Remove(filepath.Join(f.dir, folder.Name(), name))
					}
				case checkName(name) == nil && name[:2] == folder.Name():
					if !yield(name, info.ModTime()) {
						return
					}
				}
			}
		}
	}
}
