package cache

import (
	"strconv"

	"wutu/tiles"
)

// Key names everything the bytes of a tile depend on. Keys compare with ==.
// Texts are the caller's canonical forms: equal when the meaning is.
type Key struct {
	Tile     tiles.ID
	Hex      bool
	Layers   string // ids in drawing order, joined by commas
	Filter   string // canonical text of the filter, "" for none
	Datetime string // canonical instant, "" for the current state
	Scope    string // what the subject may see; equal for subjects who see the same
	Version  uint64 // of the layers and what they depend on; never reused for other content
}

// size is about the memory of the key itself, in bytes.
func (k *Key) size() int {
	return 128 + len(k.Layers) + len(k.Filter) + len(k.Datetime) + len(k.Scope)
}

// entrySize is about the memory of an entry beside its bytes: the structures, and
// what headers say of two codings.
const entrySize = 512

// tag is an entity tag value of a hash.
func tag(hash uint64, n int, suffix string) string {
	return `"` + strconv.FormatUint(hash, 36) + "-" + strconv.FormatInt(int64(n), 36) + suffix + `"`
}
