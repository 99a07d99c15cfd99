package spatial

import (
	"context"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers/spatial"
	"wutu/server/geojson"
)

// chunk is about how many bytes of a long answer are sent at a time.
const chunk = 64 << 10

// stream sends n records that one appends, each with a separator before it but the
// first, between a beginning and an end.
func stream(c echo.Context, media, begin, between, end string, n int, one func(b []byte, i int) []byte) error {
	w := c.Response()
	w.Header().Set("Content-Type", media)
	w.WriteHeader(200)
	ctx := c.Request().Context()
	b := append(make([]byte, 0, chunk+4096), begin...)
	for i := range n {
		if i > 0 {
			b = append(b, between...)
		}
		if b = one(b, i); len(b) < chunk {
			continue
		}
		if err := send(ctx, w, b); err != nil {
			return err
		}
		b = b[:0]
	}
	return send(ctx, w, append(b, end...))
}

func send(ctx context.Context, w *echo.Response, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

func (q *batch) writeJSON(c echo.Context, found *spatial.Looked) error {
	return stream(c, mediaJSON, `{"points":[`, ",", "]}\n", len(q.points), func(b []byte, i int) []byte {
		b = append(b, '{')
		if q.ids != nil {
			b = append(b, `"id":`...)
			b = geojson.AppendString(b, q.ids[i])
			b = append(b, ',')
		}
		b = append(b, `"wgs84":`...)
		b = appendPosition(b, q.points[i])
		for k, level := range q.levels {
			b = append(b, opening("areas", k)...)
			b = append(append(append(b, '"'), level...), `":`...)
			if o := &found.Areas[k][i]; o.Code == "" {
				b = append(b, "null"...)
			} else {
				b = append(b, `{"code":`...)
				b = geojson.AppendString(b, o.Code)
				b = append(b, `,"name":`...)
				b = geojson.AppendString(b, o.Name)
				b = append(b, '}')
			}
			b = closed(b, k, len(q.levels))
		}
		for k, name := range q.names {
			b = append(b, opening("nearest", k)...)
			b = geojson.AppendString(b, name)
			b = append(b, ':')
			if n := &found.Near[k][i]; !n.OK {
				b = append(b, "null"...)
			} else {
				b = append(b, `{"id":`...)
				b = geojson.AppendString(b, n.ID)
				b = append(b, `,"distance":`...)
				b = appendMetres(b, n.DistanceM)
				b = append(b, '}')
			}
			b = closed(b, k, len(q.names))
		}
		return append(b, '}')
	})
}

// opening is what stands before the k-th member of an object that is a member.
func opening(name string, k int) string {
	if k > 0 {
		return ","
	}
	return `,"` + name + `":{`
}

func closed(b []byte, k, n int) []byte {
	if k == n-1 {
		return append(b, '}')
	}
	return b
}

// appendMetres appends a distance to the micrometre.
func appendMetres(b []byte, m float64) []byte {
	from := len(b)
	b = strconv.AppendFloat(b, m, 'f', 6, 64)
	for len(b) > from+1 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

func (q *batch) writeCSV(c echo.Context, found *spatial.Looked) error {
	header := []string{"lon", "lat"}
	if q.ids != nil {
		header = append([]string{"id"}, header...)
	}
	for _, l := range q.levels {
		header = append(header, l, l+"_name")
	}
	for _, n := range q.names {
		header = append(header, string(appendField(nil, n)), string(appendField(nil, n+"_distance")))
	}
	return stream(c, mediaCSV+"; charset=utf-8; header=present", strings.Join(header, ",")+"\r\n", "", "", len(q.points), func(b []byte, i int) []byte {
		if q.ids != nil {
			b = append(appendField(b, q.ids[i]), ',')
		}
		p := q.points[i]
		b = append(geojson.AppendFloat(b, p[0]), ',')
		b = geojson.AppendFloat(b, p[1])
		for k := range q.levels {
			o := &found.Areas[k][i]
			b = appendField(append(b, ','), o.Code)
			b = appendField(append(b, ','), o.Name)
		}
		for k := range q.names {
			n := &found.Near[k][i]
			b = append(appendField(append(b, ','), n.ID), ',')
			if n.OK {
				b = appendMetres(b, n.DistanceM)
			}
		}
		return append(b, '\r', '\n')
	})
}

// appendField appends a field of CSV (RFC 4180), in quotes where it needs them.
func appendField(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && !strings.HasPrefix(s, " ") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}
