package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// picture is a JPEG file of n, with a comment that must not stay in it.
func picture(t *testing.T, n int) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.SetGray(i%64, i/64, color.Gray{Y: byte(i*n + n)})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	comment := "made by somebody"
	return "\xFF\xD8\xFF\xFE\x00" + string(rune(len(comment)+2)) + comment + b.String()[2:]
}

// photoFiles lists the files below a city's folder of pictures.
func photoFiles(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "photos"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A server that is killed while pictures come in has every one that it has
// acknowledged, sealed; backups hold them, and check names the ones that are
// damaged.
func TestPhotosSurviveAndAreBackedUp(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	var mu sync.Mutex
	acknowledged := map[string]int{}
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			for n := worker * 1000; ; n++ {
				res, err := http.Post(s.base+"/api/v1/photos", "image/jpeg", strings.NewReader(picture(t, n)))
				if err != nil {
					return // killed
				}
				var got struct {
					ID string `json:"id"`
				}
				err = json.NewDecoder(res.Body).Decode(&got)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusCreated {
					return
				}
				mu.Lock()
				acknowledged[got.ID] = n
				enough := len(acknowledged) == 40
				mu.Unlock()
				if enough {
					if err := s.cmd.Process.Kill(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	work.Wait()
	<-s.done
	if len(acknowledged) < 40 {
		t.Fatalf("only %d pictures were taken", len(acknowledged))
	}
	for _, path := range photoFiles(t, dir) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(filepath.Base(path), ".") && !bytes.HasPrefix(b, []byte("enc:")) {
			t.Fatalf("%s is plain", path)
		}
	}
	s = serve(t, dir, "--demo")
	shown := func(s *served) {
		t.Helper()
		for id, n := range acknowledged {
			a := s.call("", http.MethodGet, "/api/v1/photos/"+id, nil)
			if a.status != 200 || bytes.Contains(a.body, []byte("somebody")) {
				t.Fatalf("picture %d: %d", n, a.status)
			}
			got, err := jpeg.Decode(bytes.NewReader(a.body))
			want, err2 := jpeg.Decode(strings.NewReader(picture(t, n)))
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.(*image.Gray).Pix, want.(*image.Gray).Pix) {
				t.Fatalf("picture %d has other pixels", n)
			}
		}
	}
	shown(s)
	mustRun(t, "keys", "rotate", "--data", dir) // beside the server
	shown(s)
	archive := filepath.Join(t.TempDir(), "city.backup")
	mustRun(t, "backup", archive, "--data", dir)
	s.stop()
	mustRun(t, "check", "--data", dir)
	restored := filepath.Join(t.TempDir(), "restored")
	mustRun(t, "restore", archive, "--data", restored)
	keys, err := os.ReadFile(dir + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(restored+".keys", keys, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "check", "--data", restored)
	shown(serve(t, restored, "--demo"))
	// Of three pictures one loses its file, one a bit, one its small copy.
	var ids []string
	for id := range acknowledged {
		ids = append(ids, id)
	}
	lost, altered, thumbless := ids[0], ids[1], ids[2]
	file := func(id, suffix string) string { return filepath.Join(dir, "photos", id[:2], id+suffix) }
	if err := errors.Join(os.Remove(file(lost, ".jpeg")), os.Remove(file(thumbless, ".thumb.jpeg"))); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file(altered, ".jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 2
	if err := os.WriteFile(file(altered, ".jpeg"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errText := run(t, "check", "--data", dir)
	if code != 1 {
		t.Errorf("check ends with %d", code)
	}
	for id, want := range map[string]string{lost: ".jpeg is missing", altered: ".jpeg cannot be read", thumbless: ".thumb.jpeg is missing"} {
		if !strings.Contains(out+errText, id+want) {
			t.Errorf("%s%s is not said in\n%s%s", id, want, out, errText)
		}
	}
	if n := strings.Count(out+errText, "photo "); n != 3 {
		t.Errorf("%d pictures are named:\n%s", n, out)
	}
}
