package event

import (
	"encoding/json"
	"fmt"

	"wutu/layers"
)

// History is what happened to a case, oldest first.
type History []Entry

// MaxHistory bounds the entries of one case; urging can be repeated for ever.
const MaxHistory = 1000

// maxBytes bounds an encoded history; ten entries take two kilobytes.
const maxBytes = 16 << 20

// Append returns h with e behind it, numbered. The error is TooLarge beyond
// MaxHistory. h is not changed.
func (h History) Append(e Entry) (History, error) {
	if len(h) >= MaxHistory {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "event", Field: "history",
			Err: fmt.Errorf("the case has %d entries already", len(h))}
	}
	e.Seq = len(h) + 1
	return append(h[:len(h):len(h)], e), nil
}

// State is the state the case is in according to h.
func (h History) State() State {
	if len(h) == 0 {
		return Unreported
	}
	return h[len(h)-1].To
}

// Encode returns the JSON form of h.
func (h History) Encode() ([]byte, error) { return json.Marshal(h) }

// DecodeHistory is the inverse of Encode; no bytes are an empty history. It
// checks that the entries follow each other. The error is Invalid, or TooLarge.
func DecodeHistory(b []byte) (History, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) > maxBytes {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "event", Field: "history", Err: fmt.Errorf("%d bytes", len(b))}
	}
	var h History
	if err := json.Unmarshal(b, &h); err != nil {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "event", Field: "history", Err: err}
	}
	if len(h) > MaxHistory {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "event", Field: "history", Err: fmt.Errorf("%d entries", len(h))}
	}
	state := Unreported
	for i, e := range h {
		if e.Seq != i+1 || e.From != state {
			return nil, layers.Invalidf("event", "history", fmt.Sprintf("entry %d does not follow the one before it", i+1))
		}
		state = e.To
	}
	return h, nil
}
