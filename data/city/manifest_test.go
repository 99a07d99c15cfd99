package city_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"wutu/data/city"
	"wutu/layers"
)

// TestRestoreComparesWithManifest changes one byte of a photo inside an archive
// that is otherwise in order: only the checksum can tell.
func TestRestoreComparesWithManifest(t *testing.T) {
	dir, s := makeCity(t)
	archive := filepath.Join(t.TempDir(), "backup")
	if _, err := city.Backup(t.Context(), s, dir, archive, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	packed := read(t, archive)
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	tar, err := d.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(tar, []byte("photophoto"), []byte("photoPhoto"), 1)
	if bytes.Equal(changed, tar) {
		t.Fatal("no photo in the archive")
	}
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	write(t, archive, e.EncodeAll(changed, nil))
	if _, err := city.Restore(t.Context(), archive, filepath.Join(t.TempDir(), "city")); layers.KindOf(err) != layers.Invalid || err == nil {
		t.Errorf("a photo that is not what the manifest says: %v", err)
	}
}
