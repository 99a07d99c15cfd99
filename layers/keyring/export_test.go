package keyring

// DecodePassword reads a password hash without computing anything, and returns
// its form and cost: blocks of a KiB, or iterations.
func DecodePassword(encoded string) (again string, cost int, err error) {
	h, err := parsePasswordHash(encoded)
	if err != nil {
		return "", 0, err
	}
	return h.String(), h.kib*h.passes + h.count, nil
}

// EncodeRing returns the bytes of a ring's file.
func EncodeRing(r *Ring) ([]byte, error) { return r.now.Load().encode() }

// DecodeRing reads the bytes of a ring's file.
func DecodeRing(b []byte) (*Ring, error) {
	s, err := decode(b)
	if err != nil {
		return nil, err
	}
	r := &Ring{}
	r.now.Store(s)
	return r, nil
}
