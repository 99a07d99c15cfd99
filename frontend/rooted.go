package frontend

import (
	"embed"
	"io/fs"
)

// rooted returns the folder name of files as a file system of its own. The name
// is a constant that go:embed has checked, so the error cannot occur; if it did,
// an empty file system is the honest answer.
func rooted(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		return embed.FS{}
	}
	return sub
}
