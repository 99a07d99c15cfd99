//go:build !ui

package frontend

import (
	"embed"
	"io/fs"
)

//go:embed placeholder
var placeholder embed.FS

// Built reports whether FS is the real web application.
const Built = false

// FS returns a file system with one page that says how to build the web
// application. It is read-only and safe for concurrent use.
func FS() fs.FS { return rooted(placeholder, "placeholder") }
