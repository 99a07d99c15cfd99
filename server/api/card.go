package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxCardRooms bounds the rooms and firms of one card.
const maxCardRooms = 5_000

type buildingCard struct {
	Building  json.RawMessage `json:"building" schema:"Feature"`
	Address   string          `json:"address"`
	Floors    []*floorInfo    `json:"floors"`
	Firms     []firmInfo      `json:"firms"`
	Devices   []placed        `json:"devices"`
	Residents *int            `json:"residents"`
	Below     int             `json:"below,omitempty"`
}

type floorInfo struct {
	Floor int         `json:"floor"`
	Rooms []*roomInfo `json:"rooms"`
}

type roomInfo struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Households *int       `json:"households,omitempty"`
	Firms      []firmInfo `json:"firms"`
}

type firmInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Room  string `json:"room,omitempty"`
}

func (a *API) buildingCard(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	v, err := param.AsOf(ctx, a.o.City.View(), "datetime", in.Text("datetime"))
	if err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, model.Buildings)
	if err != nil {
		return err
	}
	f, err := v.Get(ctx, &subject, l.ID, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(ctx, 1)
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&subject, l).Sights}
	card := &buildingCard{Building: e.Append(nil, &f, 0), Address: text(l, &f, model.Address),
		Floors: []*floorInfo{}, Firms: []firmInfo{}, Devices: []placed{}}
	b := cardBuilder{r: relations{ctx: ctx, view: v, subject: subject, layer: l, feature: &f}, card: card, rooms: map[string]*roomInfo{}}
	for _, fill := range []func() error{b.readRooms, b.readFirms, b.readResidents, b.readDevices} {
		if err := fill(); err != nil {
			return err
		}
	}
	b.emptyFloors(int(f.Value(l.FieldIndex(model.Floors)).Int()))
	return c.JSON(http.StatusOK, card)
}

type cardBuilder struct {
	r     relations
	card  *buildingCard
	rooms map[string]*roomInfo
}

// each calls yield for the features of a layer that refer to the building. A
// layer that is missing, lacks the field or may not be listed has none.
func (b *cardBuilder) each(layer string, yield func(*layers.Layer, *live.Row)) error {
	l, err := param.Listable(b.r.view, &b.r.subject, layer)
	if err != nil || l.FieldIndex(model.Building) < 0 {
		return nil //nolint:nilerr // see above
	}
	q := layers.Query{Subject: b.r.subject, Layer: layer, Filter: equals(model.Building, b.r.feature.Key), Limit: maxCardRooms}
	for row, err := range b.r.view.Select(b.r.ctx, q) {
		if err != nil {
			if layers.KindOf(err) == layers.Forbidden {
				return nil
			}
			return err
		}
		yield(l, row)
	}
	return nil
}

func (b *cardBuilder) readRooms() error {
	floors := map[int]*floorInfo{}
	err := b.each(model.Addresses, func(l *layers.Layer, row *live.Row) {
		number := text(l, row, model.Room)
		if number == "" {
			return
		}
		at := int(row.Value(l.FieldIndex(model.Floor)).Int())
		fl := floors[at]
		if fl == nil {
			fl = &floorInfo{Floor: at, Rooms: []*roomInfo{}}
			floors[at] = fl
			b.card.Floors = append(b.card.Floors, fl)
		}
		name := strings.Clone(number)
		if unit := text(l, row, model.Unit); unit != "" {
			name = unit + "-" + number
		}
		room := &roomInfo{ID: strings.Clone(row.ID()), Name: name, Firms: []firmInfo{}}
		fl.Rooms = append(fl.Rooms, room)
		b.rooms[room.ID] = room
	})
	slices.SortFunc(b.card.Floors, func(x, y *floorInfo) int { return cmp.Compare(y.Floor, x.Floor) })
	for _, fl := range b.card.Floors {
		slices.SortFunc(fl.Rooms, func(x, y *roomInfo) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	}
	return err
}

func (b *cardBuilder) readFirms() error {
	return b.each(model.Enterprises, func(l *layers.Layer, row *live.Row) {
		firm := firmInfo{ID: strings.Clone(row.ID()), Title: strings.Clone(titleOf(l, row)), Room: strings.Clone(text(l, row, model.Room))}
		b.card.Firms = append(b.card.Firms, firm)
		if room := b.rooms[firm.Room]; room != nil {
			room.Firms = append(room.Firms, firm)
		}
	})
}

// readResidents counts persons, with small counts withheld, and for cleared
// subjects the households of each room.
func (b *cardBuilder) readResidents() error {
	q := layers.Query{Subject: b.r.subject, Layer: model.Persons, Filter: equals(model.Building, b.r.feature.Key)}
	n, err := b.r.view.Count(b.r.ctx, q)
	switch k := layers.KindOf(err); {
	case err == nil:
		b.card.Residents, b.card.Below = countOf(n), n.Below
	case k == layers.NotFound || k == layers.Forbidden || k == layers.Invalid: // people are not counted by the house for everybody
	default:
		return err
	}
	return b.each(model.Households, func(l *layers.Layer, row *live.Row) {
		room := b.rooms[text(l, row, model.Room)]
		if room == nil {
			return
		}
		if room.Households == nil {
			room.Households = new(int)
		}
		*room.Households++
	})
}

func (b *cardBuilder) readDevices() error {
	if b.r.feature.Shape == nil {
		return nil
	}
	for _, id := range []string{model.Devices, model.Cameras} {
		l, err := param.Listable(b.r.view, &b.r.subject, id)
		if err != nil {
			continue
		}
		q := layers.Query{Subject: b.r.subject, Layer: id, Limit: mostAround,
			Region: &layers.Region{Geometry: b.r.feature.Shape, BufferM: mountedM}}
		for row, err := range b.r.view.Select(b.r.ctx, q) {
			if err != nil {
				return err
			}
			b.card.Devices = append(b.card.Devices, placed{Layer: id, ID: strings.Clone(row.ID()), Title: strings.Clone(titleOf(l, row)),
				Kind: strings.Clone(text(l, row, l.KindField))})
		}
	}
	return nil
}

// emptyFloors adds the floors of a building without registered rooms.
func (b *cardBuilder) emptyFloors(n int) {
	if len(b.card.Floors) > 0 {
		return
	}
	for floor := min(n, 200); floor >= 1; floor-- { // no building has more
		b.card.Floors = append(b.card.Floors, &floorInfo{Floor: floor, Rooms: []*roomInfo{}})
	}
}
