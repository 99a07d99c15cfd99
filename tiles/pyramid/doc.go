// Package pyramid draws all tiles of a range of zooms in the order of their
// numbers, as archives want them.
//
// Which tiles there are is found from the top: a tile near which no feature lies
// has nothing below it either. They are drawn on all processors and handed out in
// order, so the same city gives the same sequence of bytes, and only a few tiles
// are in memory at once.
//
// What is not here: how a tile is drawn (render) and kept (pmtiles).
package pyramid
