package keyring_test

import (
	"crypto/rand"
	"testing"

	"wutu/layers/keyring"
)

// BenchmarkValue seals, opens and blinds a citizen number as a store does.
func BenchmarkValue(b *testing.B) {
	context, plain := []byte("persons/citizen_id/p0001234567"), []byte("310101199001011234")
	for _, suite := range keyring.Suites() {
		r := ring(b, suite)
		b.Run("seal/"+string(suite), func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = r.AppendSeal(buf[:0], context, plain)
			}
		})
		b.Run("open/"+string(suite), func(b *testing.B) {
			sealed, err := r.AppendSeal(nil, context, plain)
			if err != nil {
				b.Fatal(err)
			}
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = r.AppendOpen(buf[:0], context, sealed)
			}
		})
		b.Run("blind/"+string(suite), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Blind("persons/citizen_id", string(plain))
			}
		})
	}
}

func BenchmarkPassword(b *testing.B) {
	for _, suite := range keyring.Suites() {
		r := ring(b, suite)
		b.Run(string(suite), func(b *testing.B) {
			for b.Loop() {
				if _, err := r.HashPassword([]byte("correct horse"), rand.Reader); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
