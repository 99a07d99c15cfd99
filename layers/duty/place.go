package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Format is the version of the form of proofs; a proof of another form is not
// recomputed to the same hash.
const Format = 2

// Sighting is what is known of where an event is.
type Sighting struct {
	Point     orb.Point // lon/lat degrees
	AccuracyM float64   // radius of the circle that holds the true place with 95 %; 0: exact
	Object    string    // "layer/id" of the thing the report names, "" if it names none
	Edition   string    // edition of the dictionary that the class is of; "" for ClassesVersion
}

// Choice is a department with the rule and the evidence that speak for it.
type Choice struct {
	Department  string       `json:"id"`
	Name        string       `json:"name"`
	Rung        Rung         `json:"rung"`
	Reason      layers.Title `json:"reason"`
	Probability float64      `json:"probability"` // that it is the one who answers at the true place
	Evidence    []Evidence   `json:"evidence,omitempty"`
}

// Place is the proof of place: what was known, what lies there, each rung with
// what came of it, who answers, and who else could. It rests on nothing but what
// it states: worked out again from the same city it is the same to the last byte.
// Chosen is the zero Choice with a reason when nobody answers.
//
// Distances are metres rounded to 0.01, probabilities are rounded to 0.0001.
type Place struct {
	Format       int      `json:"format"`
	Class        string   `json:"class"`
	Edition      string   `json:"edition"`
	Lon          float64  `json:"lon"`
	Lat          float64  `json:"lat"`
	AccuracyM    float64  `json:"accuracy_m"`
	Object       string   `json:"object,omitempty"`
	Areas        []Area   `json:"areas"`          // those that own the point, from district to grid
	Neighbours   []Area   `json:"neighbours"`     // those that may hold the true place instead, likeliest first in each level
	Odds         Odds     `json:"odds,omitempty"` // of dedicated grids, where they were used
	Rungs        []Tried  `json:"rungs"`          // in the order they were tried
	Chosen       Choice   `json:"department"`
	Alternatives []Choice `json:"alternatives"` // likeliest first, then in order of rung
}

// Area returns the area of the given level that owns the point; false when the
// point lies outside of all of them.
func (p *Place) Area(level layers.Level) (Area, bool) {
	i := slices.IndexFunc(p.Areas, func(a Area) bool { return a.Level == level || a.LevelName == level.String() })
	if i < 0 {
		return Area{}, false
	}
	return p.Areas[i], true
}

// Canonical is the one text of p that is hashed and signed: JSON in canonical
// form.
func (p *Place) Canonical() []byte {
	b, err := canonical(p)
	if err != nil { // cannot happen: plain data with finite numbers
		return nil
	}
	return b
}

// Hash is the SHA-256 of the canonical text in hexadecimal. It is stored with the
// case, so that a later change of the proof is noticed.
func (p *Place) Hash() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}

// Sign signs the hash of p with the city's key; sign is keyring.Ring.Sign.
func (p *Place) Sign(sign Signer) (keyring.Signature, error) {
	return sign([]byte(proofContext + p.Hash()))
}

// Verify reports whether s is a signature of p by one of the city's keys: nil, or
// an Invalid error that says what does not fit.
func (p *Place) Verify(keys []keyring.Public, s keyring.Signature) error {
	return verify(keys, []byte(proofContext+p.Hash()), s)
}

// ParsePlace reads a stored proof. Its hash is that of the one that was stored.
// The error is Invalid.
func ParsePlace(data []byte) (*Place, error) {
	p := &Place{}
	if err := strict(data, p); err != nil {
		return nil, layers.Invalidf("proof", "", err.Error())
	}
	for _, list := range [][]Area{p.Areas, p.Neighbours} {
		for i := range list {
			var err error
			if list[i].Level, err = layers.ParseLevel(list[i].LevelName); err != nil {
				return nil, layers.Invalidf("proof", "areas", err.Error())
			}
		}
	}
	return p, nil
}
