package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/keyring"
)

// A block is what a sealed text is, in another form: each opens as the other. No bit
// of a block can be another, nor its context, nor its key.
func TestBlock(t *testing.T) {
	r := geotest.Rand(t)
	for _, suite := range keyring.Suites() {
		keys := ring(t, suite)
		for _, n := range []int{0, 1, 7, 8, 1000} {
			plain := make([]byte, n)
			for i := range plain {
				plain[i] = byte(r.Uint32())
			}
			block := make([]byte, keyring.BlockHead+n+keyring.BlockTail)
			copy(block[keyring.BlockHead:], plain)
			if err := keys.SealBlock([]byte("here"), block); err != nil {
				t.Fatal(err)
			}
			if id := keyring.BlockKey(block); id != keys.Current() {
				t.Errorf("sealed with %q", id)
			}
			if n >= 8 && bytes.Contains(block, plain) {
				t.Error("the block is plain")
			}
			text := keyring.Prefix(keys.Current()) + base64.RawURLEncoding.EncodeToString(append(bytes.Clone(block[8:20]), block[keyring.BlockHead:]...))
			if got, err := keys.Open("here", text); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s, %d bytes: as a text: %v", suite, n, err)
			}
			for i := range block {
				bent := bytes.Clone(block)
				bent[i] ^= 1 << r.IntN(8)
				if _, err := keys.OpenBlock([]byte("here"), bent); err == nil {
					t.Fatalf("%s: byte %d is another, and nobody minds", suite, i)
				}
			}
			for i := range len(block) {
				if _, err := keys.OpenBlock([]byte("here"), bytes.Clone(block[:i])); err == nil {
					t.Fatalf("%s: %d of %d bytes are enough", suite, i, len(block))
				}
			}
			if _, err := keys.OpenBlock([]byte("there"), bytes.Clone(block)); layers.KindOf(err) != layers.Invalid {
				t.Errorf("elsewhere: %v", err)
			}
			if _, err := ring(t, suite).OpenBlock([]byte("here"), bytes.Clone(block)); !errors.Is(err, keyring.ErrKey) {
				t.Errorf("with other keys: %v", err)
			}
			got, err := keys.OpenBlock([]byte("here"), block)
			if err != nil || !bytes.Equal(got, plain) || n > 0 && &got[0] != &block[keyring.BlockHead] {
				t.Errorf("%s, %d bytes: %v", suite, n, err)
			}
		}
	}
	if err := ring(t, keyring.Standard).SealBlock(nil, make([]byte, 10)); err == nil {
		t.Error("a block without room is sealed")
	}
}
