// Package formats is the one table of the file formats that can be imported: by
// name, by the ending of a file's name, and by its first bytes. A new format is a
// package of its own and one row here.
package formats
