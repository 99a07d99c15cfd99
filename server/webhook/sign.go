package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"time"

	"wutu/layers"
)

// secretMark begins secrets as they are shown, "whsec_" and base64.
const secretMark = "whsec_"

// secretBytes is the length of a secret; Standard Webhooks asks for 24 to 64.
const secretBytes = 32

// newSecret makes a secret.
func newSecret(random io.Reader) ([]byte, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "webhook", Err: err}
	}
	return b, nil
}

// shown is a secret as its receiver gets it.
func shown(secret []byte) string { return secretMark + base64.StdEncoding.EncodeToString(secret) }

// sign is the signature of a message that is sent at an instant.
func sign(secret []byte, id string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "%s.%s.", id, stamp(at))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// stamp is an instant as Standard Webhooks has it, seconds since 1970.
func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
