package cache

// NewEntry is Packer.NewEntry for who packs few tiles.
func NewEntry(b []byte) (*Entry, error) { return new(Packer).NewEntry(Tile{Plain: b}) }
