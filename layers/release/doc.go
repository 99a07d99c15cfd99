// Package release makes the k-anonymous release of a personal layer.
package release
