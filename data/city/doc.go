// Package city knows the folder a city is kept in: its GeoPackage, city.gpkg,
// and beside it whatever else belongs to it, photos above all. It packs a
// consistent copy of the folder into one archive while the city is served, and
// unpacks it into an empty folder.
//
// An archive is a tar file compressed with Zstandard. Its entries are the files
// of the folder by their relative paths and, last, manifest.json with the size
// and SHA-256 of each; an archive that was cut off has no manifest. Files whose
// names start with a dot, the side files SQLite keeps next to a database, and the
// snapshot from which a server starts are not part of a city.
//
// What is not here: the content of the GeoPackage (package gpkg).
package city
