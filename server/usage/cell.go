package usage

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"wutu/layers"
)

// Labels that are no ids.
const (
	Anonymous = "-" // the key of requests without account or key
	Rest      = "*" // key and layer of what exceeds the bound of cells
)

// Entry is one answered request.
type Entry struct {
	At     time.Time     // when it was answered
	Key    string        // public id of the key or account, "" for anonymous
	Role   layers.Role   //
	Route  string        // declared method and path, "GET /api/v1/near"; never the path of the request
	Layer  string        // id of the layer, several in ascending order with a comma between, "" for none
	Rows   int64         //
	Bytes  int64         // of the body, before compression
	Status int           // HTTP status
	Took   time.Duration // for the log

	// For the log: the trace id, and the declared names of the parameters given,
	// in ascending order with a comma between.
	Trace string
	Query string
}

// Refused reports whether the answer's status denies the request to this
// caller: not signed in, not allowed, or over a quota.
func Refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests
}

// key is the caller's id, Anonymous when there is none.
func (e *Entry) key() string {
	if e.Key == "" {
		return Anonymous
	}
	return e.Key
}

// cell is what is counted together.
type cell struct {
	hour              int64 // since 1970, UTC
	key, layer, route string
	role              layers.Role
}

// counts are the sums of a cell.
type counts struct {
	requests, rows, bytes, refused int64
	last                           int64 // Unix nanoseconds of the newest entry
	saved                          int64 // requests when last written
}

func (n *counts) add(e *Entry) {
	n.requests++
	n.rows += e.Rows
	n.bytes += e.Bytes
	if Refused(e.Status) {
		n.refused++
	}
	n.last = max(n.last, e.At.UnixNano())
}

func hourOf(t time.Time) int64 { return floorDiv(t.Unix(), 3600) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

const hourFormat = "2006-01-02T15"

func hourName(hour int64) string { return time.Unix(hour*3600, 0).UTC().Format(hourFormat) }

// row is a cell as it is stored, in JSON.
type row struct {
	Key      string    `json:"key"`
	Layer    string    `json:"layer,omitempty"`
	Route    string    `json:"route"`
	Role     string    `json:"role"`
	Requests int64     `json:"requests"`
	Rows     int64     `json:"rows,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"`
	Refused  int64     `json:"refused,omitempty"`
	Last     time.Time `json:"last"`
}

func (c *cell) row(n *counts) row {
	return row{Key: c.key, Layer: c.layer, Route: c.route, Role: c.role.String(), Requests: n.requests, Rows: n.rows,
		Bytes: n.bytes, Refused: n.refused, Last: time.Unix(0, n.last).UTC()}
}

// name is the key of the cell's record: the hour, the run of the process that
// counted, and a hash of the rest. Runs have rows of their own, so that a
// restart within the hour needs no reading and two servers of one city do not
// overwrite each other.
func (c *cell) name(run string) string {
	sum := sha256.Sum256([]byte(c.key + "\x00" + c.layer + "\x00" + c.route + "\x00" + c.role.String()))
	return hourName(c.hour) + "/" + run + "/" + hex.EncodeToString(sum[:12])
}
