package duty

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Signer signs bytes with the city's key: keyring.Ring.Sign.
type Signer func([]byte) (keyring.Signature, error)

// What a signature of this package begins with, so that it serves for nothing
// else.
const (
	proofContext     = "wutu place proof "
	precedentContext = "wutu precedent "
)

// canonical is the one JSON text of v that is hashed and signed: object keys in
// order, no white space, no escapes but those JSON demands, numbers in their
// shortest form (RFC 8785, except that U+2028 and U+2029 are escaped).
func canonical(v any) ([]byte, error) {
	first, err := json.Marshal(v)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "duty", Err: err}
	}
	d := json.NewDecoder(bytes.NewReader(first))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "duty", Err: err}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "duty", Err: err}
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// strict decodes one JSON value without unknown fields and without anything
// behind it.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the JSON value")
	}
	return nil
}

// verify reports whether s is a signature of b by the key of keys that it names.
func verify(keys []keyring.Public, b []byte, s keyring.Signature) error {
	for _, k := range keys {
		if k.KeyID == s.KeyID {
			return keyring.Verify(k, b, s)
		}
	}
	return layers.Invalidf("duty", "signature", "is by a key that is not among the city's")
}

// hundredths and tenThousandths round what is stated, so that the last bits of
// floating point, which differ between machines, are in no proof.
func hundredths(x float64) float64     { return math.Round(x*1e2) / 1e2 }
func tenThousandths(x float64) float64 { return math.Round(x*1e4) / 1e4 }
