// Package frontend holds the web application and serves it to the rest of the
// program as a read-only file system.
//
// The TypeScript sources live beside this package in src/; `npm run build`
// writes the bundle to dist/. With the build tag ui, FS returns that bundle.
// Without the tag it returns a committed placeholder page, so a bare
// `go build ./...` works on a machine without Node.
//
// Not here: HTTP. Caching headers, compression and the fallback of unknown
// paths to index.html belong to the server.
//
// Invariants: FS always has index.html at its root; every file below assets/
// carries a hash of its content in its name and never changes under that name;
// NAME.gz beside a file is its compressed form.
package frontend
