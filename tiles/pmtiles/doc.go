// Package pmtiles writes and reads PMTiles archives: a whole pyramid of tiles in
// one file that any web server can hand out by byte ranges. Source:
// github.com/protomaps/PMTiles, version 3 of the specification.
//
// A Writer takes tiles in order of their numbers and spools their bytes; equal
// tiles are kept once, and runs of equal neighbours are one entry. Its archives are
// clustered. The same tiles give the same bytes.
//
// An Archive answers for single tiles without reading more than the directories on
// the way. What it reads is not trusted: sizes are checked before anything of that
// size is allocated, and a damaged archive yields errors, never panics.
//
// What is not here: drawing tiles (render, pyramid), files and HTTP.
package pmtiles
