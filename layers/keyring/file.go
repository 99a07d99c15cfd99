package keyring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"wutu/layers"
)

// The key file: JSON whose names are part of the format. Every key carries the
// id that follows from its bytes, which is the checksum of the file.

const (
	fileFormat  = "wutu keys"
	fileVersion = 1
	fileMode    = 0o600
	maxFile     = 1 << 20
)

type fileDoc struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Suite   Suite     `json:"suite"`
	Root    fileKey   `json:"root"`
	Data    []fileKey `json:"data"` // the last is current
	Sign    []fileKey `json:"sign"` // the last is current
}

type fileKey struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Secret  []byte    `json:"secret"`
}

// Load reads a ring from its file. Errors: NotFound when there is none, Invalid
// for a file that is none or damaged, Unsupported for one of a newer program,
// Unavailable when it cannot be read.
func Load(path string) (*Ring, error) {
	s, err := load(path)
	if err != nil {
		return nil, err
	}
	r := &Ring{path: path}
	r.now.Store(s)
	return r, nil
}

func fileError(kind layers.Kind, path string, err error) error {
	return &layers.Error{Kind: kind, Op: "keyring.Load", At: path, Err: err}
}

func load(path string) (*state, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fileError(layers.NotFound, path, errors.New("there is no key file"))
	case err != nil:
		return nil, fileError(layers.Unavailable, path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fileError(layers.Unavailable, path, err)
	}
	s, err := decode(b)
	if err != nil {
		kind := layers.Invalid
		if layers.KindOf(err) == layers.Unsupported {
			kind = layers.Unsupported
		}
		return nil, fileError(kind, path, err)
	}
	return s, nil
}

// decode reads the bytes of a key file.
func decode(b []byte) (*state, error) {
	if len(b) > maxFile {
		return nil, fmt.Errorf("is larger than %d bytes: no key file", maxFile)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil || head.Format != fileFormat {
		return nil, errors.New("is no key file, or damaged")
	}
	if head.Version != fileVersion {
		return nil, &layers.Error{Kind: layers.Unsupported, Err: fmt.Errorf("has version %d, this program knows %d", head.Version, fileVersion)}
	}
	var d fileDoc
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("the key file is damaged: %w", err)
	}
	return d.state()
}

func (d *fileDoc) state() (*state, error) {
	s := &state{suite: d.Suite, alg: algorithmsOf(d.Suite)}
	if s.alg == nil {
		_, err := ParseSuite(string(d.Suite))
		return nil, err
	}
	if len(d.Data) == 0 || len(d.Sign) == 0 {
		return nil, errors.New("the key file holds no data key or no signing key")
	}
	check := func(use string, k *fileKey) error {
		if len(k.Secret) != secretBytes {
			return fmt.Errorf("the %s key %.20q has %d bytes, not %d", use, k.ID, len(k.Secret), secretBytes)
		}
		if s.name(use, k.Secret) != k.ID {
			return fmt.Errorf("the %s key %.20q is damaged", use, k.ID)
		}
		return nil
	}
	if err := errors.Join(check("root", &d.Root), s.setRoot(d.Root.Secret, d.Root.Created)); err != nil {
		return nil, err
	}
	for i := range d.Data {
		k := &d.Data[i]
		if err := errors.Join(check("data", k), s.addData(k.Secret, k.Created)); err != nil {
			return nil, err
		}
	}
	for i := range d.Sign {
		k := &d.Sign[i]
		if err := errors.Join(check("sign", k), s.addSign(k.Secret, k.Created)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *state) encode() ([]byte, error) {
	key := func(k *secret) fileKey { return fileKey{ID: k.id, Created: k.created, Secret: k.bytes} }
	d := fileDoc{Format: fileFormat, Version: fileVersion, Suite: s.suite, Root: key(&s.root)}
	for _, k := range s.data {
		d.Data = append(d.Data, key(&k.secret))
	}
	for _, k := range s.sign {
		d.Sign = append(d.Sign, key(&k.secret))
	}
	b, err := json.MarshalIndent(d, "", "  ")
	return append(b, '\n'), err
}

// Path returns the file the ring was loaded from or saved to last, "" for none.
func (r *Ring) Path() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.path
}

// Save writes the ring to its file, readable by its owner only, whole or not at
// all; it survives the death of the machine. A file that holds keys this ring
// does not have is not replaced, since whatever they sealed would be lost: the
// error is Conflict. So is the error while another process writes the file.
func (r *Ring) Save(path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.now.Load()
	if err := s.save(path); err != nil {
		return err
	}
	r.path = path
	return nil
}

func (s *state) save(path string) (err error) {
	fail := func(kind layers.Kind, err error) error {
		return &layers.Error{Kind: kind, Op: "keyring.Save", At: path, Err: err}
	}
	b, err := s.encode()
	if err != nil {
		return fail(layers.Internal, err)
	}
	fresh := path + ".new" // its existence keeps other processes from saving
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fail(layers.Conflict, fmt.Errorf("another process writes the keys; if none does, remove %s", fresh))
	case err != nil:
		return fail(layers.Unavailable, err)
	}
	defer func() {
		if err != nil {
			os.Remove(fresh)
		}
	}()
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fail(layers.Unavailable, err)
	}
	old, err := load(path)
	switch {
	case layers.KindOf(err) == layers.NotFound:
	case err != nil:
		return fail(layers.Conflict, fmt.Errorf("something is there that is no key file, and is not replaced: %w", err))
	case !s.covers(old):
		return fail(layers.Conflict, errors.New("the file holds keys this ring does not have"))
	}
	if err := os.Rename(fresh, path); err != nil {
		return fail(layers.Unavailable, err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fail(layers.Unavailable, err)
	}
	return nil
}

// covers reports whether s has every key of old.
func (s *state) covers(old *state) bool {
	if s.suite != old.suite || s.root.id != old.root.id {
		return false
	}
	for _, k := range old.data {
		if s.dataKey(k.id) == nil {
			return false
		}
	}
	have := make(map[string]bool)
	for _, k := range s.sign {
		have[k.id] = true
	}
	for _, k := range old.sign {
		if !have[k.id] {
			return false
		}
	}
	return true
}

// Reload reads the ring's file again, for keys that another process has added.
// It keeps the ring as it is when the file cannot be read or lacks keys of it.
// It does nothing for a ring without a file.
func (r *Ring) Reload() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.path == "" {
		return nil
	}
	s, err := load(r.path)
	if err != nil {
		return err
	}
	if !s.covers(r.now.Load()) {
		return fileError(layers.Conflict, r.path, errors.New("the file lacks keys that are in use"))
	}
	r.now.Store(s)
	return nil
}

// syncFolder makes the entries of a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
