package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
	"wutu/server/openapi"
	"wutu/server/param"
)

// maxCoords bounds the coordinates of one conversion; the address is no longer
// than 16 KiB anyway.
const maxCoords = 1000

type converted struct {
	From   string      `json:"from"`
	To     string      `json:"to"`
	Coords []orb.Point `json:"coords"`
}

func (a *API) convert(c echo.Context, in *openapi.Input) error {
	from, err := param.System("from", in.Text("from"))
	if err != nil {
		return err
	}
	to, err := param.System("to", in.Text("to"))
	if err != nil {
		return err
	}
	parts := strings.Split(in.Text("coords"), ";")
	if len(parts) > maxCoords {
		return layers.Invalidf("convert", "coords", fmt.Sprintf("has more than %d coordinates", maxCoords))
	}
	out := make([]orb.Point, len(parts))
	for i, part := range parts {
		n, err := param.Numbers("coords", part, 2)
		if err != nil {
			return err
		}
		if len(n) != 2 {
			return layers.Invalidf("convert", "coords", "coordinate "+strconv.Itoa(i)+" is not two numbers with a comma between")
		}
		if out[i], err = crs.Convert(orb.Point{n[0], n[1]}, from, to); err != nil {
			return layers.Invalidf("convert", "coords", "coordinate "+strconv.Itoa(i)+": "+err.Error())
		}
	}
	return c.JSON(http.StatusOK, converted{from.Name(), to.Name(), out})
}
