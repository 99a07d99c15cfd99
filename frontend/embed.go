//go:build ui

package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Built reports whether FS is the real web application.
const Built = true

// FS returns the files of the web application, rooted so that index.html is at
// the top. It is read-only and safe for concurrent use.
func FS() fs.FS { return rooted(dist, "dist") }
