package pmtiles

import (
	"slices"
	"testing"

	"wutu/layers"
)

// FuzzDirectory bends directories as they are unpacked: each is refused as Invalid,
// or is read, in as much memory as its bytes pay for, and written as it was.
func FuzzDirectory(f *testing.F) {
	f.Add(appendDirectory(nil, []entry{{number: 0, offset: 0, length: 9, run: 1}}))
	f.Add(appendDirectory(nil, []entry{{number: 5, offset: 0, length: 9, run: 3}, {number: 9, offset: 9, length: 1, run: 0}, {number: 10, offset: 3, length: 1 << 31, run: 1 << 31}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseDirectory(b)
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		if len(list) > len(b)/4 {
			t.Fatalf("%d entries of %d bytes", len(list), len(b))
		}
		again, err := parseDirectory(appendDirectory(nil, list))
		if err != nil || !slices.Equal(again, list) {
			t.Fatalf("%v %v, want %v", again, err, list)
		}
		for i, e := range list {
			if found, ok := find(list, e.number); !ok || found != e {
				t.Fatalf("entry %d is not found: %v %v", i, found, ok)
			}
		}
	})
}

// About never breaks, whatever the metadata are.
func FuzzAbout(f *testing.F) {
	f.Add([]byte(`{"name":"x","attribution":"©","vector_layers":[{"id":"land","minzoom":2,"fields":{"a":"String"}}]}`))
	f.Add([]byte(`{"vector_layers":[{}]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a := Archive{Metadata: b}
		about, err := a.About()
		if err != nil && layers.KindOf(err) != layers.Invalid {
			t.Fatal(err)
		}
		if len(about.Name) > maxShort || len(about.Layers) > maxLayers {
			t.Fatalf("%q", about.Name)
		}
	})
}
