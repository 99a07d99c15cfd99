// Package mbtiles reads MBTiles archives: a pyramid of tiles in one SQLite file, as
// map programs write them. Source: github.com/mapbox/mbtiles-spec, version 1.3.
//
// An Archive answers for single tiles, in the rows of web maps (from the north;
// the file counts from the south), with the bytes as the file holds them: gzip for
// vector tiles, as a rule, and PNG, JPEG or WebP for pictures.
//
// What it reads is not trusted. The file is opened read-only and must not change
// while it is open; its schema may run nothing but plain SQL; sizes are bounded by
// SQLite itself before anything of that size is allocated; a file whose every tile
// would cost a scan is refused.
//
// What is not here: HTTP (server/basemap), writing, and grids of UTFGrid.
package mbtiles
