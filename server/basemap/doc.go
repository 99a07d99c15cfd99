// Package basemap serves archives of tiles that are not the city's: the ground
// that other maps lie on. They are read-only and named by the operator of the
// server.
//
// A tile is answered with the bytes that the archive holds. Packed vector tiles go
// out packed to clients that take the coding, and are unpacked for the others.
// Every answer has a strong entity tag of its own content and coding. A tile that
// the archive lacks is 204 within its zooms and bounds and 404 outside them, a
// malformed address 400.
//
// Who may list any layer of the frame (the divisions of the city, which the
// standard policy shows to everybody) may see the basemaps; to others there are
// none.
//
// What is not here: reading archives (tiles/pmtiles, data/mbtiles; the program
// hands them in as Archives), and how a map draws them (the front end).
package basemap
