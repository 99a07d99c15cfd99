// Package photo takes pictures apart that people send: it reads when and where
// they were taken, then leaves nothing in them but the picture.
//
// Clean walks the segments of a JPEG file, the chunks of a PNG or WebP file, and
// writes a new file of those that the pixels are made of, so no pixel changes and
// no quality is lost. EXIF, XMP, IPTC, maker notes, positions, embedded previews,
// comments, colour profiles, further pictures, sound and whatever follows the end
// of the picture are not copied. What is copied is checked to be no longer than
// it must be. The orientation stays: a PNG file is turned (which loses nothing),
// JPEG and WebP files keep an EXIF block with this one number.
//
// Draw decodes a picture, upright, and makes it smaller.
//
// Invariants: a cleaned file decodes to the pixels of the original; cleaning it
// again changes nothing; limits are checked from the header before anything is
// decoded, and estimate the memory that decoding takes.
//
// What is not here: files (data/photo), who may see a picture (server/photo).
// Hidden within the compressed data itself (between the last pixel of a scan and
// the next marker, in the choice of coefficients) something may remain.
package photo
