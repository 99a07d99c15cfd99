package photo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
)

// Buckets of the records about pictures. A picture's own record and the one that
// counts it as fresh are committed after its files are on the disk; the records of
// who carries it move in the batch of the case's step.
const (
	BucketKept    = "photo"       // picture id → Kept
	BucketFresh   = "photo-fresh" // picture id → when it was sent, RFC 3339: nobody has looked yet whether it is used
	BucketCarried = "photo-event" // picture id and event id with a slash between → nothing
)

// FreshFor is how long a picture that no case carries is kept. One younger than
// UsableFor may be named in a report; between the two nobody can name it any
// more, and it can be thrown away safely.
const (
	FreshFor  = 24 * time.Hour
	UsableFor = 23 * time.Hour
)

// Kept is what is known of a picture that is kept. It is stored as JSON.
type Kept struct {
	ID          string    `json:"id"`
	By          string    `json:"by,omitempty"` // account or key id of who sent it
	At          time.Time `json:"at"`           // when it was first sent
	Format      string    `json:"format"`
	Width       int       `json:"width"` // pixels as displayed
	Height      int       `json:"height"`
	Orientation int       `json:"orientation,omitempty"` // how the stored pixels are turned; 0: upright
	Bytes       int       `json:"bytes"`
	SHA256      string    `json:"sha256"` // of the cleaned file, plain
	TakenAt     time.Time `json:"taken_at,omitzero"`
	Place       *Place    `json:"place,omitempty"`
	Bearing     *float64  `json:"bearing,omitempty"`
}

// Place is where a picture was taken.
type Place struct {
	Lon       float64 `json:"lon"` // degrees WGS 84
	Lat       float64 `json:"lat"`
	AccuracyM float64 `json:"accuracy,omitempty"`
}

// Keep describes a cleaned picture sent by somebody at a time. Its id follows from
// the picture, its facts and who sent it: sending the same again gives the same
// id, and nobody learns by sending a picture what another's file said of it.
func Keep(p *Picture, by string, at time.Time) Kept {
	sum := sha256.Sum256(p.Data)
	k := Kept{By: by, At: at.UTC(), Format: p.Format.String(), Width: p.Width, Height: p.Height, Bytes: len(p.Data),
		SHA256: hex.EncodeToString(sum[:]), TakenAt: p.Facts.TakenAt, Bearing: p.Facts.Bearing}
	if p.Orientation > 1 {
		k.Orientation = p.Orientation
	}
	if p.Facts.Placed {
		k.Place = &Place{Lon: p.Facts.Lon, Lat: p.Facts.Lat, AccuracyM: p.Facts.AccuracyM}
	}
	k.ID = k.identity()
	return k
}

// idBytes makes ids that cannot be guessed and of which no two are equal.
const idBytes = 16

func (k *Kept) identity() string {
	h := sha256.New()
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	parts := []string{"wutu photo 1", k.By, k.SHA256, k.TakenAt.UTC().Format(time.RFC3339Nano)}
	if k.Place != nil {
		parts = append(parts, number(k.Place.Lon), number(k.Place.Lat), number(k.Place.AccuracyM))
	}
	if k.Bearing != nil {
		parts = append(parts, "bearing", number(*k.Bearing))
	}
	h.Write([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h.Sum(nil)[:idBytes])
}

// IsID reports whether s has the form of a picture's id.
func IsID(s string) bool {
	return len(s) == 2*idBytes && strings.Trim(s, "0123456789abcdef") == ""
}

// File is the name of the picture's file among the city's pictures.
func (k *Kept) File() string { return k.ID + "." + k.Format }

// ThumbFile is the name of the file of the picture's thumbnail.
func (k *Kept) ThumbFile() string { return ThumbFile(k.ID) }

// ThumbFile is the name of the thumbnail's file of the picture with an id.
func ThumbFile(id string) string { return id + ".thumb.jpeg" }

// IDOfFile is the id of the picture that a file belongs to, "" for other files.
func IDOfFile(name string) string {
	id, _, ok := strings.Cut(name, ".")
	if !ok || !IsID(id) {
		return ""
	}
	return id
}

// Records are what is stored when a picture has been sent, or sent again.
func (k *Kept) Records(now time.Time) ([]layers.Record, error) {
	data, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	return []layers.Record{{Bucket: BucketKept, Key: k.ID, Data: data},
		{Bucket: BucketFresh, Key: k.ID, Data: []byte(now.UTC().Format(time.RFC3339Nano))}}, nil
}

// Parse reads what Records stored. The error is Internal.
func Parse(data []byte) (*Kept, error) {
	var k Kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "photo", Err: err}
	}
	return &k, nil
}

// Carried are the records by which the case with id event carries pictures: who
// may see the case may see them, and they are kept as long as it. They go into
// the batch that makes the case carry them; the same again changes nothing.
func Carried(event string, ids ...string) []layers.Record {
	var out []layers.Record
	for _, id := range ids {
		if IsID(id) {
			out = append(out, layers.Record{Bucket: BucketCarried, Key: id + "/" + event, Data: []byte("{}")})
		}
	}
	return out
}
