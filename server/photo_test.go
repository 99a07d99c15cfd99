package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"iter"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/photo"
)

// shelf keeps files in memory.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	at    map[string]time.Time
	full  bool // takes nothing more
}

func newShelf() *shelf { return &shelf{files: map[string][]byte{}, at: map[string]time.Time{}} }

func (s *shelf) Write(_ context.Context, name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return &layers.Error{Kind: layers.Unavailable, Op: "shelf", Err: errors.New("the disk is full")}
	}
	s.files[name], s.at[name] = bytes.Clone(data), now()
	return nil
}

func (s *shelf) Read(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.files[name]
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "shelf", ID: name}
	}
	return bytes.Clone(b), nil
}

func (s *shelf) Remove(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, name)
	return nil
}

func (s *shelf) Names(_ context.Context, _ time.Time) iter.Seq2[string, time.Time] {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.files))
	return func(yield func(string, time.Time) bool) {
		for _, n := range names {
			if !yield(n, s.at[n]) {
				return
			}
		}
	}
}

func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.files))
}

// drawing is a picture of n.
func drawing(n int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for y := range 40 {
		for x := range 60 {
			img.SetNRGBA(x, y, color.NRGBA{R: byte(x * 4), G: byte(y * 6), B: byte(n * 37), A: 255})
		}
	}
	return img
}

// shot is a JPEG file that says where it was taken, and who took it.
func shot(t *testing.T, n int, lon, lat float64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(n), nil); err != nil {
		t.Fatal(err)
	}
	tag := func(dst []byte, id, typ uint16, count, value uint32) []byte {
		dst = binary.BigEndian.AppendUint16(dst, id)
		dst = binary.BigEndian.AppendUint16(dst, typ)
		dst = binary.BigEndian.AppendUint32(dst, count)
		return binary.BigEndian.AppendUint32(dst, value)
	}
	dms := func(v float64) (out []byte) {
		for _, x := range []uint32{uint32(v * 1e7), 1e7, 0, 1, 0, 1} {
			out = binary.BigEndian.AppendUint32(out, x)
		}
		return out
	}
	const artist, gps = "拍摄者姓名", 38
	x := append([]byte("MM\x00*\x00\x00\x00\x08"), 0, 2)
	x = tag(x, 0x013B, 2, uint32(len(artist)), gps+54+48)
	x = tag(x, 0x8825, 4, 1, gps)
	x = append(x, 0, 0, 0, 0, 0, 4)
	x = tag(x, 1, 2, 2, 'N'<<24)
	x = tag(x, 2, 5, 3, gps+54)
	x = tag(x, 3, 2, 2, 'E'<<24)
	x = tag(x, 4, 5, 3, gps+54+24)
	x = append(x, 0, 0, 0, 0)
	x = append(append(append(x, dms(lat)...), dms(lon)...), artist...)
	exif := append([]byte("Exif\x00\x00"), x...)
	file := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	return append(append(file, b.Bytes()[2:]...), "behind the end: 拍摄者姓名"...)
}

// send sends a file as it is.
func (c *city) send(role, media string, body []byte, status int, header ...string) map[string]any {
	c.t.Helper()
	res, text := c.raw(role, media, body, header...)
	return c.decode(res, text, "/api/v1/photos", status)
}

func (c *city) raw(role, media string, body []byte, header ...string) (*http.Response, string) {
	c.t.Helper()
	return c.call(role, http.MethodPost, "/api/v1/photos", string(body), append([]string{"Content-Type", media}, header...)...)
}

func (c *city) picture(role, id, query string, header ...string) (*http.Response, string) {
	c.t.Helper()
	return c.call(role, http.MethodGet, "/api/v1/photos/"+id+query, nil, header...)
}

func TestPhotosKeepNothingButThePicture(t *testing.T) {
	c := newCity(t, true)
	p := at(0, .5, .4)
	file := shot(t, 1, p[0], p[1])
	got := c.send("gridworker", "image/jpeg", file, 201)
	id := got["id"].(string)
	if got["width"] != 60.0 || got["height"] != 40.0 || got["lon"] == nil || got["taken_at"] != nil {
		t.Errorf("answer: %v", got)
	}
	if !sameDegrees([]any{got["lon"], got["lat"]}, p) {
		t.Errorf("taken at %v %v, want %v", got["lon"], got["lat"], p)
	}
	res, body := c.picture("gridworker", id, "")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(res.Header.Get("Cache-Control"), "private") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if strings.Contains(body, "拍摄者姓名") || strings.Contains(body, "Exif") {
		t.Error("the picture still tells who took it")
	}
	img, err := jpeg.Decode(strings.NewReader(body))
	want, err2 := jpeg.Decode(bytes.NewReader(file))
	if err != nil || err2 != nil || fmt.Sprint(img) != fmt.Sprint(want) {
		t.Errorf("the pixels have changed: %v %v", err, err2)
	}
	if res, _ := c.picture("gridworker", id, "", "If-None-Match", res.Header.Get("ETag")); res.StatusCode != 304 {
		t.Errorf("asked again: %d", res.StatusCode)
	}
	if res, thumb := c.picture("gridworker", id, "?size=thumb"); res.StatusCode != 200 || len(thumb) == 0 {
		t.Errorf("thumbnail: %d", res.StatusCode)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, drawing(2)); err != nil {
		t.Fatal(err)
	}
	got = c.send("gridworker", "image/jpeg", b.Bytes(), 201) // what it is decides, not what it is called
	if res, _ := c.picture("gridworker", got["id"].(string), ""); res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("a PNG file is shown as %s", res.Header.Get("Content-Type"))
	}
	// A form, as pages send it.
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("note", "x"); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("photo", "IMG_20261116_张三.jpg")
	if err == nil {
		_, err = part.Write(file)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if got := c.send("gridworker", w.FormDataContentType(), form.Bytes(), 201); got["id"] != id {
		t.Errorf("the same picture in a form has the id %v, not %s", got["id"], id)
	}
}

func TestPhotosThatAreRefused(t *testing.T) {
	c := newCity(t, true)
	file := shot(t, 1, 111, 30)
	large := append(bytes.Clone(file), make([]byte, 256<<10)...)
	for _, x := range []struct {
		role, media string
		body        []byte
		status      int
	}{
		{"gridworker", "image/jpeg", nil, 400},
		{"gridworker", "image/jpeg", []byte("<svg onload=alert(1)>"), 400},
		{"gridworker", "image/jpeg", file[:len(file)/2], 400},
		{"gridworker", "image/jpeg", large, 413},
		{"gridworker", "image/jpeg", make([]byte, 2<<20), 413},
		{"gridworker", "text/html", file, 415},
		{"gridworker", "multipart/form-data", file, 400},
		{"gridworker", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"), 400},
		{"gridworker", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Dis"), 400},
		{"sysadmin", "image/jpeg", file, 403},
		{"auditor", "image/jpeg", file, 403},
	} {
		if res, text := c.raw(x.role, x.media, x.body); res.StatusCode != x.status {
			t.Errorf("%s, %s, %d bytes: %d, want %d: %.200s", x.role, x.media, len(x.body), res.StatusCode, x.status, text)
		}
	}
	if names := c.shelf.names(); len(names) != 0 {
		t.Errorf("refused pictures are kept: %v", names)
	}
	c.shelf.full = true
	c.send("gridworker", "image/jpeg", file, 503)
	c.shelf.full = false
	id := c.send("gridworker", "image/jpeg", file, 201)["id"].(string)
	c.shelf.files[id+".jpeg"][200] ^= 1
	if res, text := c.picture("gridworker", id, ""); res.StatusCode != 500 || strings.Contains(text, id+".jpeg") {
		t.Errorf("an altered file: %d %s", res.StatusCode, text)
	}
}

// Who may see a case sees its pictures, who sent one sees it, and to everybody else
// it does not exist.
func TestPhotosBelongToTheirCases(t *testing.T) {
	c := newCity(t, true)
	p := at(0, .5, .4)
	report := func(role string, ids ...string) map[string]any {
		return c.post(role, "/api/v1/events", map[string]any{"lon": p[0], "lat": p[1], "class": "1102", "channel": "gridworker", "photos": ids}, 201)
	}
	id := c.send("gridworker", "image/jpeg", shot(t, 1, p[0], p[1]), 201)["id"].(string)
	other := c.send("planner", "image/jpeg", shot(t, 1, p[0], p[1]), 201)["id"].(string)
	if id == other {
		t.Error("two senders share an id")
	}
	statuses := func(id string) map[string]int {
		out := map[string]int{}
		for _, role := range []string{"", "gridworker", "planner", "dispatcher", "supervisor", "public", "sysadmin", "auditor"} {
			full, _ := c.picture(role, id, "")
			thumb, _ := c.picture(role, id, "?size=thumb")
			if full.StatusCode != thumb.StatusCode {
				t.Errorf("%s: %d in full, %d small", role, full.StatusCode, thumb.StatusCode)
			}
			out[role] = full.StatusCode
		}
		return out
	}
	want := map[string]int{"": 404, "gridworker": 200, "planner": 404, "dispatcher": 404, "supervisor": 404, "public": 404, "sysadmin": 404, "auditor": 404}
	if got := statuses(id); !maps.Equal(got, want) {
		t.Errorf("before a report: %v", got)
	}
	// Nobody names the picture of another.
	for _, bad := range []string{other, strings.Repeat("0", 32), "../../etc/passwd", ""} {
		got := c.post("gridworker", "/api/v1/events", map[string]any{"lon": p[0], "lat": p[1], "class": "1102", "photos": []string{id, bad}}, 400)
		if got["pointer"] != "/photos/1" {
			t.Errorf("%q: %v", bad, got)
		}
	}
	event := report("gridworker", id)["id"].(string)
	for _, role := range []string{"", "planner", "dispatcher", "supervisor"} {
		want[role] = 200
	}
	if got := statuses(id); !maps.Equal(got, want) {
		t.Errorf("after the report: %v, want %v", got, want)
	}
	got := c.get("dispatcher", "/api/v1/events/"+event, 200)["photos"].([]any)
	if len(got) != 1 || got[0].(map[string]any)["id"] != id {
		t.Fatalf("the case shows %v", got)
	}
	if res, _ := c.call("dispatcher", http.MethodGet, got[0].(map[string]any)["thumb"].(string), nil); res.StatusCode != 200 {
		t.Errorf("its thumbnail: %d", res.StatusCode)
	}
	if res, _ := c.picture("dispatcher", strings.Repeat("f", 32), ""); res.StatusCode != 404 {
		t.Errorf("a picture that does not exist: %d", res.StatusCode)
	}
}

func TestPhotosAreSentOnce(t *testing.T) {
	c := newCity(t, true)
	one, two := shot(t, 1, 111.28, 30.68), shot(t, 2, 111.28, 30.68)
	first := c.send("gridworker", "image/jpeg", one, 201, "Idempotency-Key", "k1")
	if again := c.send("gridworker", "image/jpeg", one, 201, "Idempotency-Key", "k1"); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("again: %v, first: %v", again, first)
	}
	c.send("gridworker", "image/jpeg", two, 409, "Idempotency-Key", "k1")
	c.send("planner", "image/jpeg", two, 201, "Idempotency-Key", "k1")
	var work sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		work.Go(func() {
			_, text := c.raw("gridworker", "image/jpeg", two)
			ids[i] = text
		})
	}
	work.Wait()
	if slices.Sort(ids); ids[0] != ids[7] || !strings.Contains(ids[0], `"id"`) {
		t.Errorf("sent at once: %v", ids)
	}
	if n := len(c.shelf.names()); n != 6 { // three pictures, each with a thumbnail
		t.Errorf("%d files", n)
	}
}

// Pictures that no case carries go after a day, with their files; those in use
// stay for good; what is sent again counts anew.
func TestUnusedPhotosAreThrownAway(t *testing.T) {
	c := newCity(t, true)
	p := at(0, .5, .4)
	send := func(n int) string {
		return c.send("gridworker", "image/jpeg", shot(t, n, p[0], p[1]), 201)["id"].(string)
	}
	used, unused, again := send(1), send(2), send(3)
	if err := c.shelf.Write(t.Context(), strings.Repeat("a", 32)+".jpeg", []byte("nobody's")); err != nil {
		t.Fatal(err)
	}
	c.post("gridworker", "/api/v1/events", map[string]any{"lon": p[0], "lat": p[1], "class": "1102", "photos": []string{used}}, 201)
	collect := func(want int) {
		t.Helper()
		if n, err := c.program.Photos().Collect(t.Context()); err != nil || n != want {
			t.Errorf("%d thrown away, want %d (%v)", n, want, err)
		}
	}
	collect(0)
	c.clock.Add(int64(photo.UsableFor))
	if send(3) != again {
		t.Error("sent again it has another id")
	}
	// About to go: it cannot be named any more.
	c.post("gridworker", "/api/v1/events", map[string]any{"lon": p[0], "lat": p[1], "class": "1102", "photos": []string{unused}}, 400)
	c.clock.Add(int64(photo.FreshFor - photo.UsableFor + time.Minute))
	collect(1)
	collect(0)
	for id, status := range map[string]int{used: 200, unused: 404, again: 200} {
		if res, _ := c.picture("gridworker", id, ""); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", id, res.StatusCode, status)
		}
	}
	if names := c.shelf.names(); len(names) != 4 {
		t.Errorf("files left: %v", names)
	}
	c.clock.Add(int64(48 * time.Hour))
	collect(1)
	if res, _ := c.picture("dispatcher", used, ""); res.StatusCode != 200 {
		t.Errorf("a picture in use: %d", res.StatusCode)
	}
	if res, body := c.picture("gridworker", used, ""); res.StatusCode != 200 || !strings.HasPrefix(body, "\xFF\xD8") {
		t.Errorf("%d", res.StatusCode)
	}
	// After it was settled it can still be named by its sender.
	c.post("gridworker", "/api/v1/events", map[string]any{"lon": p[0], "lat": p[1], "class": "1102", "photos": []string{used}}, 201)
}
