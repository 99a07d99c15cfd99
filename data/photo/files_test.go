package photo

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/memstore"
	"wutu/layers/photo"
)

const name = "0123456789abcdef0123456789abcdef.jpeg"

func ring(t *testing.T) *keyring.Ring {
	r, err := keyring.New(keyring.Standard, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ondisk joins all that lies in a folder.
func ondisk(t *testing.T, dir string) (out []byte) {
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var b []byte
			b, err = os.ReadFile(path)
			out = append(out, b...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilesKeepWhatTheyAreGiven(t *testing.T) {
	ctx := context.Background()
	for _, keys := range []*keyring.Ring{nil, ring(t)} {
		dir := filepath.Join(t.TempDir(), "photos")
		f := New(dir, keys)
		if _, err := f.Read(ctx, name); layers.KindOf(err) != layers.NotFound {
			t.Errorf("reading nothing: %v", err)
		}
		for _, data := range [][]byte{[]byte("first secret"), bytes.Repeat([]byte("x"), 3<<20), {}} {
			if err := f.Write(ctx, name, data); err != nil {
				t.Fatal(err)
			}
			got, err := New(dir, keys).Read(ctx, name)
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%d bytes came back as %d (%v)", len(data), len(got), err)
			}
			if len(data) > 0 && bytes.Contains(ondisk(t, dir), data) != (keys == nil) {
				t.Errorf("plain on the disk: %v", keys != nil)
			}
		}
		if err := f.Remove(ctx, name); err != nil {
			t.Fatal(err)
		}
		if err := f.Remove(ctx, name); err != nil {
			t.Errorf("removing twice: %v", err)
		}
		if len(ondisk(t, dir)) != 0 {
			t.Error("something is left")
		}
	}
}

func TestSealedFilesBelongToTheirNames(t *testing.T) {
	ctx, dir, keys := context.Background(), t.TempDir(), ring(t)
	if err := New(dir, nil).Write(ctx, name, []byte("from before")); err != nil {
		t.Fatal(err)
	}
	f := New(dir, keys)
	if b, err := f.Read(ctx, name); err != nil || string(b) != "from before" {
		t.Errorf("a plain file of before: %q, %v", b, err)
	}
	if err := f.Write(ctx, name, []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	other := "01" + strings.Repeat("f", 30) + ".png"
	if err := os.Link(f.path(name), f.path(other)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(ctx, other); layers.KindOf(err) != layers.Invalid {
		t.Errorf("a sealed file under another name: %v", err)
	}
	if _, err := New(dir, nil).Read(ctx, name); err == nil {
		t.Error("read without keys")
	}
	if _, err := New(dir, ring(t)).Read(ctx, name); layers.KindOf(err) != layers.Unavailable {
		t.Errorf("read with other keys: %v", err)
	}
	if err := keys.Rotate(time.Now(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Read(ctx, name); err != nil || string(b) != "sealed" {
		t.Errorf("after rotation: %q, %v", b, err)
	}
	if err := os.Remove(f.path(other)); err != nil {
		t.Fatal(err)
	}
	if err := New(dir, nil).Write(ctx, other, []byte("plain")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} {
		if n, err := f.Reseal(ctx); n != want || err != nil {
			t.Errorf("%d sealed again, want %d (%v)", n, want, err)
		}
	}
	for n, want := range map[string]string{name: "sealed", other: "plain"} {
		b, err := f.Read(ctx, n)
		raw, err2 := os.ReadFile(f.path(n))
		if err != nil || err2 != nil || string(b) != want || !strings.HasPrefix(string(raw), keyring.Prefix(keys.Current())) {
			t.Errorf("%s: %q, %v %v", n, b, err, err2)
		}
	}
}

func TestNamesCannotLeaveTheFolder(t *testing.T) {
	ctx, f := context.Background(), New(t.TempDir(), nil)
	for _, bad := range []string{"", "a", "..", "../x", "ab/../../x", "ab\\x", "..abcd", "/etc/passwd", "ab..jpeg", strings.Repeat("a", 101), "ab\x00cd", ".abcd"} {
		_, err := f.Read(ctx, bad)
		for _, err := range []error{err, f.Write(ctx, bad, nil), f.Remove(ctx, bad)} {
			if layers.KindOf(err) != layers.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
}

func TestNamesListWhatIsWhole(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	f := New(dir, nil)
	var want []string
	var work sync.WaitGroup
	for i := range 40 {
		n := fmt.Sprintf("%016x%016x.jpeg", uint64(i)*0x9E3779B97F4A7C15, i)
		want = append(want, n)
		work.Go(func() {
			if err := f.Write(ctx, n, []byte(n)); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	slices.Sort(want)
	fresh, stale := filepath.Join(dir, want[0][:2], "."+want[0]+".1"), filepath.Join(dir, want[0][:2], "."+want[0]+".2")
	for _, path := range []string{fresh, stale} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	if err := os.Chtimes(stale, now, now.Add(-48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for n := range f.Names(ctx, now.Add(-24*time.Hour)) {
		got = append(got, n)
	}
	if !slices.Equal(got, want) {
		t.Errorf("names %v, want %v", got, want)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("a file that is being written was removed")
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a file that was never finished is still there")
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	ctx, dir, store := context.Background(), t.TempDir(), memstore.New()
	f := New(dir, ring(t))
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	keep := func(text string, at time.Time, event string) photo.Kept {
		p := &photo.Picture{Header: photo.Header{Format: photo.PNG}, Data: []byte(text)}
		k := photo.Keep(p, "me", at)
		records, err := k.Records(at)
		if err != nil {
			t.Fatal(err)
		}
		if event != "" {
			records = append(records, photo.Carried(event, k.ID)...)
		}
		if _, err := store.Apply(ctx, layers.Batch{Records: records}); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{k.File(), k.ThumbFile()} {
			if err := f.Write(ctx, n, p.Data); err != nil {
				t.Fatal(err)
			}
		}
		return k
	}
	old := now.Add(-30 * time.Hour)
	keep("good", now, "")
	lost, altered, gone, swapped, thumbless := keep("lost", old, "e1"), keep("altered", now, ""), keep("gone", old, ""), keep("swapped", now, "e2"), keep("thumbless", now, "e3")
	for _, n := range []string{lost.File(), gone.File(), gone.ThumbFile(), thumbless.ThumbFile()} {
		if err := f.Remove(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(f.path(altered.File()))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-3] ^= 1
	if err := os.WriteFile(f.path(altered.File()), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(ctx, swapped.File(), []byte("another picture")); err != nil {
		t.Fatal(err)
	}
	wrong, good, err := f.Check(ctx, store, now)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(wrong, "\n")
	for _, want := range []string{lost.File() + " is missing", altered.File() + " cannot be read", swapped.File() + " is damaged", thumbless.ThumbFile() + " is missing"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said in\n%s", want, all)
		}
	}
	if len(wrong) != 4 || good != 2 {
		t.Errorf("%d wrong, %d good:\n%s", len(wrong), good, all)
	}
}
