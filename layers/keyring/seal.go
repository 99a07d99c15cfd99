package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"wutu/layers"
)

// Mark starts every sealed text; 1 is the version of the form.
const Mark = "enc:1:"

// Sizes of a sealed text's parts, in bytes.
const (
	nonceBytes = 12
	tagBytes   = 16
	idChars    = 8
	headChars  = len(Mark) + idChars + 1
)

// ErrKey is the cause of the error when a value was sealed with a key the ring
// does not hold.
var ErrKey = errors.New("is not in the key file")

// errAltered says the same of a wrong context, a wrong key of the right name and
// a changed text: they cannot be told apart.
var errAltered = errors.New("the sealed value was altered, or belongs elsewhere")

var errForm = errors.New("is no sealed value")

// strict refuses unused bits that are set, so that a value has one sealed text.
var strict = base64.RawURLEncoding.Strict()

// scratch is the working memory of one sealing: random bytes for nonces to come
// and a buffer.
type scratch struct {
	random [64 * nonceBytes]byte
	left   int // random bytes not yet used, at the end
	buf    []byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// IsSealed reports whether text has the beginning of a sealed value.
func IsSealed(text string) bool { return strings.HasPrefix(text, Mark) }

// Prefix is the beginning of what the data key id sealed.
func Prefix(id string) string { return Mark + id + ":" }

// KeyOf returns the id of the data key that sealed the text, "" when it has not
// the form of one.
func KeyOf(text string) string {
	if !IsSealed(text) || len(text) <= headChars || text[headChars-1] != ':' {
		return ""
	}
	return text[len(Mark) : headChars-1]
}

// Seal encrypts plain with the current data key. The text opens with the same
// context only. Sealing the same value again gives another text.
func (r *Ring) Seal(context string, plain []byte) (string, error) {
	b, err := r.AppendSeal(nil, []byte(context), plain)
	return string(b), err
}

// AppendSeal is Seal onto dst, without an allocation when dst has room.
func (r *Ring) AppendSeal(dst, context, plain []byte) ([]byte, error) {
	k := r.now.Load().current()
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if s.left < nonceBytes {
		if _, err := rand.Read(s.random[:]); err != nil {
			return dst, err
		}
		s.left = len(s.random)
	}
	nonce := s.random[len(s.random)-s.left:][:nonceBytes]
	s.left -= nonceBytes
	s.buf = append(s.buf[:0], nonce...)
	s.buf = k.aead.Seal(s.buf, nonce, plain, context)
	clear(nonce)
	return strict.AppendEncode(append(dst, k.prefix...), s.buf), nil
}

// Open decrypts a sealed text. Errors: Invalid for a text that is not one, was
// altered or sealed with another context; Unavailable, with cause ErrKey, when
// the ring lacks its key.
func (r *Ring) Open(context, sealed string) ([]byte, error) {
	return r.AppendOpen(nil, []byte(context), []byte(sealed))
}

// AppendOpen is Open onto dst, without an allocation when dst has room.
func (r *Ring) AppendOpen(dst, context, sealed []byte) ([]byte, error) {
	if len(sealed) < headChars || !bytes.HasPrefix(sealed, []byte(Mark)) || sealed[headChars-1] != ':' {
		return dst, openError(layers.Invalid, errForm)
	}
	st := r.now.Load()
	var k *dataKey
	id := sealed[len(Mark) : headChars-1]
	for i := len(st.data) - 1; i >= 0 && k == nil; i-- {
		if st.data[i].id == string(id) {
			k = st.data[i]
		}
	}
	if k == nil {
		return dst, openError(layers.Unavailable, fmt.Errorf("key %q %w", id, ErrKey))
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	body := sealed[headChars:]
	if bytes.IndexByte(body, '\n') >= 0 || bytes.IndexByte(body, '\r') >= 0 { // which the decoder overlooks
		return dst, openError(layers.Invalid, errForm)
	}
	var err error
	if s.buf, err = strict.AppendDecode(s.buf[:0], body); err != nil || len(s.buf) < nonceBytes+tagBytes {
		return dst, openError(layers.Invalid, errForm)
	}
	out, err := k.aead.Open(dst, s.buf[:nonceBytes], s.buf[nonceBytes:], context)
	if err != nil {
		return dst, openError(layers.Invalid, errAltered)
	}
	return out, nil
}

func openError(kind layers.Kind, err error) error {
	return &layers.Error{Kind: kind, Op: "keyring.Open", Err: err}
}
