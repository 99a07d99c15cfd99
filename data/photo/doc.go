// Package photo keeps the files of pictures beside the city's file, in a folder
// of their own: FOLDER/ab/abcd….jpeg, spread over 256 folders by the beginning of
// their names.
//
// A file is written under a name that starts with a dot, flushed to the disk,
// renamed, and its folder flushed: when Write returns the file survives the death
// of the machine, and a file that was not finished has a name that nobody reads
// and no backup takes. With the keys of the city files are sealed, each for its
// own name; a file from before there were keys stays readable.
//
// What is not here: what is in the pictures (layers/photo), who may see them
// (server/photo).
package photo
