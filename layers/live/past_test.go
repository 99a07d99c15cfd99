package live_test

import (
	"testing"

	"wutu/layers"
	"wutu/layers/memstore"
	"wutu/layers/storetest"
)

func TestPast(t *testing.T) { storetest.Live(t, memstore.New()) }

// plain is a store without an index of its past.
type plain struct{ layers.Store }

func TestPastOfPlainStore(t *testing.T) { storetest.Live(t, plain{memstore.New()}) }
