// Package crs converts between WGS 84 and the coordinate systems met in Chinese
// city data: CGCS2000 (EPSG:4490), its Gauss-Krüger zones (EPSG:4491–4554), the
// shifted systems GCJ-02 and BD-09 of commercial maps, and Web Mercator.
//
// Every coordinate is x before y: longitude, latitude in degrees for geographic
// systems, easting, northing in metres for projected ones, whatever order the
// register of the system states.
//
// WGS 84 and CGCS2000 are taken as the same place: they differ by a few
// centimetres to decimetres through the age of their frames, which no fixed
// formula removes, and by 0.1 mm through their ellipsoids.
//
// Not here: datum shifts to Beijing 1954 or Xi'an 1980, whose parameters are
// not public, and city systems of their own; vertical systems.
//
// A System is a comparable value, safe for any goroutine.
package crs
