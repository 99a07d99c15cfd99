// Package hexgrid names the hexagons of Uber's H3 grid: the cell at a point, its
// parents, its outline, and the cells that cover a box. It is the only package
// that imports the H3 library.
//
// H3 cells are an index and a way to draw, never the legal unit grid of a city.
// A cell's parent is the coarser cell of the H3 hierarchy; a point near a cell's
// border may lie in a cell whose parent is not the cell that contains the point
// at the coarser resolution. Counts per cell are therefore always made from the
// points at the resolution asked for, never by adding children.
package hexgrid
