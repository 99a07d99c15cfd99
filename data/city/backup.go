package city

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
)

// manifestName is the last entry of an archive.
const manifestName = "manifest.json"

// manifest is what manifest.json says.
type manifest struct {
	Format int        `json:"format"` // 1
	At     time.Time  `json:"at"`
	Seq    uint64     `json:"seq"` // of the city in the archive
	Files  []fileInfo `json:"files"`
}

type fileInfo struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

const format = 1

// Summary is what an archive holds.
type Summary struct {
	Seq   uint64 // sequence of the city's last change in it
	Files int    // the GeoPackage among them
	Bytes int64  // before compression
}

// Backup packs the city in dir, which s has open, into a new archive. Reading
// and writing go on: the GeoPackage is that of one moment, and the files beside
// it are read afterwards, so that every photo a feature names is there. The
// archive appears under its name when it is whole and on the disk; a file of
// that name is replaced. at is written into the archive. It needs room for a
// copy of the GeoPackage next to the archive.
func Backup(ctx context.Context, s *gpkg.Store, dir, archive string, at time.Time) (Summary, error) {
	sum, err := backup(ctx, s, dir, archive, at)
	return sum, wrap("backup", archive, err)
}

func wrap(op, path string, err error) error {
	var known *layers.Error
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &layers.Error{Kind: layers.Unavailable, Op: op, At: path, Err: err}
}

func backup(ctx context.Context, s *gpkg.Store, dir, archive string, at time.Time) (sum Summary, err error) {
	work, err := os.MkdirTemp(filepath.Dir(archive), ".wutu-backup-")
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	copied := filepath.Join(work, File)
	if err := s.Copy(ctx, copied); err != nil {
		return sum, err
	}
	seq, err := seqOf(ctx, copied, s.Keys())
	if err != nil {
		return sum, err
	}
	list, err := files(dir)
	if err != nil {
		return sum, err
	}
	out, err := os.OpenFile(filepath.Join(work, "archive"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return sum, err
	}
	m := manifest{Format: format, At: at.UTC(), Seq: seq}
	if err := errors.Join(write(ctx, out, &m, dir, copied, list), out.Sync(), out.Close()); err != nil {
		return sum, err
	}
	if err := os.Rename(out.Name(), archive); err != nil {
		return sum, err
	}
	sum = Summary{Seq: seq, Files: len(m.Files)}
	for _, f := range m.Files {
		sum.Bytes += f.Size
	}
	return sum, syncFolder(filepath.Dir(archive))
}

// seqOf opens the copy, which also proves that it can be opened.
func seqOf(ctx context.Context, path string, keys *keyring.Ring) (uint64, error) {
	s, err := gpkg.Open(ctx, path, gpkg.Options{Keys: keys})
	if err != nil {
		return 0, err
	}
	seq, err := s.Seq(ctx)
	return seq, errors.Join(err, s.Close())
}

// write writes the archive and completes the manifest.
func write(ctx context.Context, w io.Writer, m *manifest, dir, copied string, list []string) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	add := func(name, path string) error {
		info, err := addFile(ctx, t, name, path)
		if err == nil {
			m.Files = append(m.Files, info)
		}
		return err
	}
	if err := add(File, copied); err != nil {
		return err
	}
	for _, name := range list {
		err := add(name, filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted since it was listed
			return err
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.At}); err != nil {
		return err
	}
	if _, err := t.Write(text); err != nil {
		return err
	}
	return errors.Join(t.Close(), z.Close())
}

func addFile(ctx context.Context, t *tar.Writer, name, path string) (fileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileInfo{}, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return fileInfo{}, err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: int64(stat.Mode().Perm()), Size: stat.Size(), ModTime: stat.ModTime()}); err != nil {
		return fileInfo{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(t, h), &patient{ctx, io.LimitReader(f, stat.Size())})
	if err == nil && n != stat.Size() {
		err = fmt.Errorf("%s became shorter while it was read", path)
	}
	return fileInfo{Path: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// patient is a reader that ends with its context.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// syncFolder makes the entries of a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
