// Package geotest makes random geometries for tests: city-like and on purpose
// awkward ones. Everything comes from a given random source, so that a printed
// seed repeats a failure.
//
// Lattice shapes have small whole-number coordinates; shared borders, touching
// corners and collinear edges, rare among random floats, are the rule there.
package geotest
