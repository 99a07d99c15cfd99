package gpkg

import (
	"context"
	"errors"
	"fmt"

	sqlite3 "github.com/mattn/go-sqlite3"

	"wutu/layers"
)

// translate wraps an error of the driver in a layers.Error, by its code. Errors
// that are translated already, and context errors, pass through.
func translate(op string, err error) error {
	var known *layers.Error
	var driverError sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &driverError):
		kind, text := classify(driverError.Code)
		if text == "" {
			return &layers.Error{Kind: kind, Op: op, Err: err}
		}
		return &layers.Error{Kind: kind, Op: op, Err: fmt.Errorf("%s: %w", text, err)}
	}
	return &layers.Error{Kind: layers.Internal, Op: op, Err: err}
}

// classify gives the kind and the plain words for a result code of SQLite. The
// codes without words speak for themselves or cannot reach a user.
func classify(code sqlite3.ErrNo) (layers.Kind, string) {
	switch code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return layers.Unavailable, "another program holds the file's write lock"
	case sqlite3.ErrFull:
		return layers.Unavailable, "the disk is full"
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return layers.Unavailable, "the file cannot be written"
	case sqlite3.ErrCantOpen:
		return layers.Unavailable, "the file cannot be opened"
	case sqlite3.ErrIoErr:
		return layers.Unavailable, "the disk reports an error"
	case sqlite3.ErrInterrupt:
		return layers.Unavailable, "interrupted"
	case sqlite3.ErrTooBig:
		return layers.TooLarge, "a value is larger than the file format permits"
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return layers.Internal, "the file is damaged; restore a backup"
	}
	return layers.Internal, ""
}

func closedError(op string) error {
	return &layers.Error{Kind: layers.Unavailable, Op: op, Err: errors.New("the store is closed")}
}
