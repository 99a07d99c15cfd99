package pbf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"wutu/data/osm/pbf"
	"wutu/geo/geotest/outside"
)

// opl writes an object as osmium's OPL format does, without metadata.
func opl(kind byte, id int64, tags pbf.Tags, rest string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%c%d T", kind, id)
	for i, t := range tags {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(escape(t.Key) + "=" + escape(t.Value))
	}
	return b.String() + rest
}

// escape writes the characters that OPL sets apart as %hex%; for the comparison
// every character that is not a letter or digit of ASCII is written so.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 128 && (r >= '0' && r <= '9' || r|32 >= 'a' && r|32 <= 'z') {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "%%%x%%", r)
		}
	}
	return b.String()
}

// normal rewrites the tags and roles of a line of osmium's in the manner of
// escape.
func normal(line string) string {
	plain := func(s string) string {
		var b strings.Builder
		for i, part := range strings.Split(s, "%") {
			if i%2 == 0 {
				b.WriteString(part)
				continue
			}
			r, _ := strconv.ParseUint(part, 16, 32)
			b.WriteRune(rune(r))
		}
		return escape(b.String())
	}
	fields := strings.Split(line, " ")
	for i, f := range fields {
		switch f[0] {
		case 'T':
			var tags []string
			for _, t := range strings.Split(f[1:], ",") {
				if k, v, ok := strings.Cut(t, "="); ok {
					tags = append(tags, plain(k)+"="+plain(v))
				}
			}
			fields[i] = "T" + strings.Join(tags, ",")
		case 'M':
			var members []string
			for _, m := range strings.Split(f[1:], ",") {
				if id, role, ok := strings.Cut(m, "@"); ok {
					members = append(members, id+"@"+plain(role))
				}
			}
			fields[i] = "M" + strings.Join(members, ",")
		}
	}
	return strings.Join(fields, " ")
}

func degrees(v int32) string {
	return strconv.FormatFloat(float64(v)/1e7, 'f', -1, 64)
}

// TestAgainstOsmium compares every object of real files with what osmium prints.
func TestAgainstOsmium(t *testing.T) {
	osmium := outside.Program(t, "osmium", "osmium-tool")
	for _, name := range []string{"porto.osm.pbf", "liechtenstein-2013-08-03.osm.pbf"} {
		path := outside.File(t, "osm", name)
		out, err := exec.Command(osmium, "cat", path, "-f", "opl,add_metadata=none").Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		check := func(got string) error {
			if len(lines) == 0 {
				return errors.New("osmium has no more objects than " + got)
			}
			want := normal(lines[0])
			if lines = lines[1:]; got != want {
				return fmt.Errorf("got  %s\nwant %s", got, want)
			}
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r := pbf.NewReader(f, nil)
		v := pbf.Visitor{
			Node: func(n *pbf.Node) error {
				return check(opl('n', n.ID, n.Tags, " x"+degrees(n.Lon)+" y"+degrees(n.Lat)))
			},
			Way: func(w *pbf.Way) error {
				var refs []string
				for _, id := range w.Refs {
					refs = append(refs, fmt.Sprintf("n%d", id))
				}
				return check(opl('w', w.ID, w.Tags, " N"+strings.Join(refs, ",")))
			},
			Relation: func(r *pbf.Relation) error {
				var members []string
				for _, m := range r.Members {
					kind := map[pbf.Kinds]string{pbf.Nodes: "n", pbf.Ways: "w", pbf.Relations: "r"}[m.Kind]
					members = append(members, fmt.Sprintf("%s%d@%s", kind, m.ID, escape(m.Role)))
				}
				return check(opl('r', r.ID, r.Tags, " M"+strings.Join(members, ",")))
			},
		}
		for err = nil; err == nil; {
			err = r.Next(context.Background(), v)
		}
		if !errors.Is(err, io.EOF) || len(lines) > 0 {
			t.Errorf("%s: %v, %d objects left", name, err, len(lines))
		}
		r.Close()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzReader feeds damaged files: any error is fine, a panic or a hang is not, and
// no object lies off the Earth.
func FuzzReader(f *testing.F) {
	f.Add([]byte{0, 0, 0, 4, 10, 0, 24, 0})
	f.Add([]byte("\x00\x00\x00\x0d\x0a\x07OSMData\x18\x1c\x0a\x1a\x0a\x05\x0a\x00\x0a\x01a\x12\x11\x12\x0f\x0a\x01\x02\x42\x01\x02\x4a\x01\x02\x52\x04\x01\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := pbf.NewReader(bytes.NewReader(data), nil)
		defer r.Close()
		v := pbf.Visitor{
			Node: func(n *pbf.Node) error {
				if n.Lat > 900000000 || n.Lat < -900000000 || n.Lon > 1800000000 || n.Lon < -1800000000 {
					t.Fatalf("off the Earth: %+v", n)
				}
				return nil
			},
			Way:      func(*pbf.Way) error { return nil },
			Relation: func(*pbf.Relation) error { return nil },
		}
		for i := 0; ; i++ {
			if err := r.Next(context.Background(), v); err != nil {
				return
			}
			if i > len(data) {
				t.Fatal("more blocks than bytes")
			}
		}
	})
}
