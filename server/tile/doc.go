// Package tile serves vector tiles over HTTP: feature tiles of one layer or of
// several composed, hexagon tiles, and TileJSON.
//
// What it adds to the drawing is HTTP done right: 204 for an empty tile, 404
// outside the matrix set, 400 for a malformed address, a strong ETag per coding,
// 304, Vary, gzip only for clients that take it, HEAD. Tiles are to be asked for
// again each time (no-cache) and are cheap to confirm.
//
// A request for a tile that is ready costs a few look-ups: what a subject may see of
// the layers is worked out once for all with the same rights (Sights), and filters
// are read once, with a text that all their spellings share. The time limit begins
// where drawing does.
//
// What is not here: drawing (tiles/render), keeping (tiles/cache), and what a
// subject may see: the drawing asks the city with the subject's query.
package tile
