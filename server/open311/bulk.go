package open311

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
)

// bulkFields are those of the Open311 bulk specification, in its order.
var bulkFields = []string{"service_request_id", "requested_datetime", "updated_datetime", "expected_datetime", "closed_date", "status", "status_description",
	"source", "service_code", "service_name", "service_subtype", "description", "agency_responsible", "address", "address_id", "lat", "long"}

// bulk answers with rows of CSV. A text that a spreadsheet would take for a
// formula gets an apostrophe before it.
func (r *reader) bulk() error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(bulkFields); err != nil {
		return err
	}
	err := r.each(func(row live.Row) error {
		line, err := r.bulkLine(&row)
		if err != nil {
			return err
		}
		return w.Write(line)
	})
	if err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	h := r.call.Response().Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Disposition", `attachment; filename="requests.csv"`)
	return r.call.Blob(http.StatusOK, asCSV.media(), b.Bytes())
}

func (r *reader) bulkLine(row layers.Row) ([]string, error) {
	status, notes := r.status(row)
	code, name, _ := r.service(row)
	when := func(field string) string {
		t := r.time(row, field)
		if t.IsZero() {
			return ""
		}
		return t.In(r.api.o.Zone).Format(time.RFC3339)
	}
	var id, address, lat, long string
	if p, ok := row.Geometry().(orb.Point); ok {
		var err error
		if id, address, err = r.address(p); err != nil {
			return nil, err
		}
		x, y := p[0], p[1]
		if r.converted {
			if u, v, err := r.system.FromWGS84(x, y); err == nil {
				x, y = u, v
			}
		}
		lat, long = strconv.FormatFloat(y, 'f', -1, 64), strconv.FormatFloat(x, 'f', -1, 64)
	}
	return []string{strings.Clone(row.ID()), when(model.ReportedAt), when(model.UpdatedAt), when(model.DueAt), when(model.ClosedAt), status, notes,
		r.text(row, model.Channel), code, harmless(name), r.text(row, model.Level), harmless(r.text(row, model.Description)),
		harmless(r.text(row, model.DepartmentName)), harmless(address), id, lat, long}, nil
}

// harmless keeps a spreadsheet from running a text.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
