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
	"strings"

	"github.com/klauspost/compress/zstd"

	"wutu/layers"
)

// maxManifest bounds manifest.json: some 150 bytes a file, for a million files.
const maxManifest = 256 << 20

// Restore unpacks an archive into dir, which must be empty or not exist. The
// files are unpacked beside dir, compared with the manifest, flushed to the disk
// and then moved into place as one, so that dir holds the whole city or nothing.
// Errors: Conflict when dir is not empty, Invalid when the archive is damaged or
// is none.
func Restore(ctx context.Context, archive, dir string) (Summary, error) {
	sum, err := restore(ctx, archive, dir)
	return sum, wrap("restore", archive, err)
}

func damaged(archive, format string, args ...any) error {
	return &layers.Error{Kind: layers.Invalid, Op: "restore", At: archive, Err: fmt.Errorf(format, args...)}
}

func restore(ctx context.Context, archive, dir string) (sum Summary, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return sum, err
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return sum, err
	case len(entries) > 0:
		return sum, &layers.Error{Kind: layers.Conflict, Op: "restore", At: dir, Err: errors.New("the folder is not empty; a city is restored into an empty one")}
	}
	f, err := os.Open(archive)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return sum, err
	}
	work, err := os.MkdirTemp(parent, ".wutu-restore-")
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	m, err := unpack(ctx, f, archive, work)
	if err != nil {
		return sum, err
	}
	// A rename onto an empty folder replaces it, and onto one that has become
	// full in the meantime fails.
	if err := errors.Join(os.Chmod(work, 0o755), os.Rename(work, dir), syncFolder(parent)); err != nil {
		return sum, err
	}
	sum = Summary{Seq: m.Seq, Files: len(m.Files)}
	for _, f := range m.Files {
		sum.Bytes += f.Size
	}
	return sum, nil
}

// unpack writes the entries into the folder and compares them with the manifest.
func unpack(ctx context.Context, r io.Reader, archive, dir string) (*manifest, error) {
	z, err := zstd.NewReader(&patient{ctx, r}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	t := tar.NewReader(z)
	got := make(map[string]fileInfo)
	folders := map[string]bool{dir: true}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil, damaged(archive, "has no manifest: it was cut off, or is no backup of a city")
		}
		if err != nil {
			return nil, errors.Join(ctx.Err(), damaged(archive, "cannot be read: %w", err))
		}
		if h.Name == manifestName {
			return finish(t, archive, got, folders)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)) || strings.Contains(h.Name, "\\") {
			return nil, damaged(archive, "holds the entry %q, which is no file of a city", h.Name)
		}
		if _, twice := got[h.Name]; twice {
			return nil, damaged(archive, "holds the file %s twice", h.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		for p := filepath.Dir(path); !folders[p]; p = filepath.Dir(p) {
			folders[p] = true
		}
		info, err := writeFile(t, h, path)
		if err != nil {
			return nil, errors.Join(ctx.Err(), damaged(archive, "the file %s cannot be unpacked: %w", h.Name, err))
		}
		got[h.Name] = info
	}
}

func writeFile(r io.Reader, h *tar.Header, path string) (fileInfo, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, h.FileInfo().Mode().Perm()|0o600)
	if err != nil {
		return fileInfo{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), r)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fileInfo{}, err
	}
	return fileInfo{Path: h.Name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, os.Chtimes(path, h.ModTime, h.ModTime)
}

// finish compares what was unpacked with the manifest, and makes the folders
// durable.
func finish(r io.Reader, archive string, got map[string]fileInfo, folders map[string]bool) (*manifest, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxManifest))
	if err != nil {
		return nil, damaged(archive, "the manifest cannot be read: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, damaged(archive, "the manifest is no JSON: %w", err)
	}
	if m.Format != format {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "restore", At: archive, Err: fmt.Errorf("is of format %d; this program reads %d", m.Format, format)}
	}
	if len(m.Files) != len(got) {
		return nil, damaged(archive, "holds %d files, its manifest lists %d", len(got), len(m.Files))
	}
	for _, want := range m.Files {
		if got[want.Path] != want {
			return nil, damaged(archive, "the file %s is not what the manifest says", want.Path)
		}
	}
	if _, ok := got[File]; !ok {
		return nil, damaged(archive, "holds no %s", File)
	}
	var errs []error
	for dir := range folders {
		errs = append(errs, syncFolder(dir))
	}
	return &m, errors.Join(errs...)
}
