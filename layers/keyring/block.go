package keyring

import (
	"crypto/rand"
	"fmt"

	"wutu/layers"
)

// Sealed blocks are the form for files of the program's own: binary, sealed where
// they lie, with the plain bytes at a multiple of 8 from the start.
//
//	KEYID 8 bytes | nonce 12 bytes | 4 bytes of zero | ciphertext | tag 16 bytes
//
// BlockHead and BlockTail are what stands before and behind the plain bytes.
const (
	BlockHead = idChars + nonceBytes + 4
	BlockTail = tagBytes
)

// BlockKey returns the id of the data key that sealed a block, "" when b is too
// short for one.
func BlockKey(b []byte) string {
	if len(b) < BlockHead+BlockTail {
		return ""
	}
	return string(b[:idChars])
}

// SealBlock encrypts b[BlockHead:len(b)-BlockTail] where it lies, with the current
// data key, and fills in what stands around it. The block opens with the same
// context only. One block holds at most some 64 GB (NIST SP 800-38D section 5.2.1.1).
func (r *Ring) SealBlock(context, b []byte) error {
	if len(b) < BlockHead+BlockTail {
		return openError(layers.Invalid, errForm)
	}
	k := r.now.Load().current()
	copy(b, k.id)
	nonce := b[idChars : idChars+nonceBytes]
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	clear(b[idChars+nonceBytes : BlockHead])
	end := len(b) - BlockTail
	k.aead.Seal(b[BlockHead:BlockHead:len(b)], nonce, b[BlockHead:end:end], context)
	return nil
}

// OpenBlock decrypts a block where it lies and returns its plain bytes, which are
// part of b. Errors are those of Open; b is worthless after one.
func (r *Ring) OpenBlock(context, b []byte) ([]byte, error) {
	id := BlockKey(b)
	if id == "" {
		return nil, openError(layers.Invalid, errForm)
	}
	k := r.now.Load().dataKey(id)
	if k == nil {
		return nil, openError(layers.Unavailable, fmt.Errorf("key %q %w", id, ErrKey))
	}
	for _, zero := range b[idChars+nonceBytes : BlockHead] {
		if zero != 0 {
			return nil, openError(layers.Invalid, errForm)
		}
	}
	sealed := b[BlockHead:]
	plain, err := k.aead.Open(sealed[:0], b[idChars:idChars+nonceBytes], sealed, context)
	if err != nil {
		return nil, openError(layers.Invalid, errAltered)
	}
	return plain, nil
}
