// Package tracktest is the suite that every store of tracks passes: a Keeper on it is
// held against a map of fixes, through folds, restarts and expiry.
package tracktest
