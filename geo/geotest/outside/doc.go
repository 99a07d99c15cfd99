// Package outside finds what tests compare with and did not write: programs, a
// PostGIS of their own, real files. At a desk a test that misses a program is skipped
// and says what to install; under CI (the environment variable CI is set) it fails, so
// that nothing is left out unseen.
package outside
