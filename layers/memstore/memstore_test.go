package memstore_test

import (
	"testing"

	"wutu/layers"
	"wutu/layers/memstore"
	"wutu/layers/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) (layers.Store, func() layers.Store) { return memstore.New(), nil })
}
