package model

import "wutu/layers"

// Layers returns the definitions of all standard layers in the order in which a
// map lists them: people, enterprises, land, objects, government, frame, events.
// Every call makes new values, so the caller owns them.
func Layers() []*layers.Layer {
	return []*layers.Layer{
		persons(), households(), enterprises(),
		parcels(), buildings(), planZones(),
		components(), devices(), cameras(), movers(),
		sites(), departments(),
		districts(), streets(), communities(), grids(), roads(), addresses(), water(), green(),
		events(),
	}
}

// Lookup returns a new definition of the standard layer called id, or nil when
// there is none. It costs as much as Layers.
func Lookup(id string) *layers.Layer {
	for _, l := range Layers() {
		if l.ID == id {
			return l
		}
	}
	return nil
}

func title(zh, en string) layers.Title { return layers.Title{ZH: zh, EN: en} }

func code(value, zh, en string) layers.Code {
	return layers.Code{Value: value, Title: title(zh, en)}
}

// option changes one trait of a field under construction.
type option func(*layers.Field)

func search(f *layers.Field)   { f.Search = true }
func measure(f *layers.Field)  { f.Measure = true }
func personal(f *layers.Field) { f.Personal = true }

// sealed declares that the field is encrypted in the store's files.
func sealed(f *layers.Field) { f.Sealed = true }

// masked declares what the field shows when it is masked.
func masked(m layers.Mask) option { return func(f *layers.Field) { f.Mask = m } }

func unit(u string) option { return func(f *layers.Field) { f.Unit = u } }

func field(t layers.FieldType, name, zh, en string, options []option) layers.Field {
	f := layers.Field{Name: name, Type: t, Title: title(zh, en)}
	for _, o := range options {
		o(&f)
	}
	return f
}

func text(name, zh, en string, options ...option) layers.Field {
	return field(layers.String, name, zh, en, options)
}

func integer(name, zh, en string, options ...option) layers.Field {
	return field(layers.Integer, name, zh, en, options)
}

func number(name, zh, en string, options ...option) layers.Field {
	return field(layers.Number, name, zh, en, options)
}

func boolean(name, zh, en string, options ...option) layers.Field {
	return field(layers.Boolean, name, zh, en, options)
}

func instant(name, zh, en string, options ...option) layers.Field {
	return field(layers.DateTime, name, zh, en, options)
}

func coded(name, zh, en string, codes []layers.Code, options ...option) layers.Field {
	f := field(layers.String, name, zh, en, options)
	f.Codes = codes
	return f
}

func ref(name, zh, en, layer string, options ...option) layers.Field {
	f := field(layers.String, name, zh, en, options)
	f.Ref = layer
	return f
}

func gridRef() layers.Field { return ref(Grid, "单元网格", "Unit grid", Grids) }

func areaField() layers.Field { return number(Area, "面积", "Area", unit("m2"), measure) }
