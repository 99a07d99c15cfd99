package gpkg

import (
	"database/sql/driver"
	"fmt"
	"time"

	"wutu/layers"
)

// column turns a value into what SQLite stores. Booleans are 0 and 1; a Number
// field holds numbers only.
func column(v layers.Value, t layers.FieldType) driver.Value {
	switch v.Type() {
	case layers.String:
		return v.Str()
	case layers.Integer:
		if t == layers.Number {
			return v.Float()
		}
		return v.Int()
	case layers.Number:
		return v.Float()
	case layers.Boolean:
		if v.Bool() {
			return int64(1)
		}
		return int64(0)
	case layers.DateTime:
		return formatInstant(v.Time())
	}
	return nil
}

// value is the inverse of column. Other programs may have written another type
// than the column declares; what cannot be read as the field's type is an error.
func value(c driver.Value, t layers.FieldType) (layers.Value, error) {
	switch x := c.(type) {
	case nil:
		return layers.Value{}, nil
	case string:
		switch t {
		case layers.String:
			return layers.Text(x), nil
		case layers.DateTime:
			us, err := parseInstant(x)
			return layers.InstantMicro(us), err
		case layers.Integer, layers.Number, layers.Boolean:
		}
	case int64:
		switch t {
		case layers.Integer:
			return layers.Int(x), nil
		case layers.Number:
			return layers.Float(float64(x)), nil
		case layers.Boolean:
			return layers.Bool(x != 0), nil
		case layers.DateTime:
			return layers.InstantMicro(x), nil
		case layers.String:
		}
	case float64:
		if t == layers.Number {
			return layers.Float(x), nil
		}
	}
	return layers.Value{}, fmt.Errorf("a %T is no %s", c, t)
}

// instant is the column of a validity bound; the zero time is NULL.
func instant(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return formatInstant(time.UnixMicro(t.UnixMicro()).UTC())
}

// formatInstant writes a UTC time of whole microseconds as the standard wants
// it, with milliseconds, or with microseconds when there are any. Years that do
// not have four digits are stored as microseconds since 1970.
func formatInstant(t time.Time) driver.Value {
	switch y := t.Year(); {
	case y < 0 || y > 9999:
		return t.UnixMicro()
	case t.Nanosecond()%int(time.Millisecond) == 0:
		return t.Format("2006-01-02T15:04:05.000Z")
	}
	return t.Format("2006-01-02T15:04:05.000000Z")
}

// parseInstant reads the microseconds since 1970 of a time that we or another
// program wrote. Our own forms are read without time.Parse, which takes ten
// times as long.
func parseInstant(s string) (int64, error) {
	if us, ok := fastInstant(s); ok {
		return us, nil
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), nil
		}
	}
	return 0, fmt.Errorf("%.40q is no time", s)
}

func fastInstant(s string) (int64, bool) {
	const mask = "dddd-dd-ddTdd:dd:dd.ddd"
	if len(s) != len(mask)+1 && len(s) != len(mask)+4 || s[len(s)-1] != 'Z' {
		return 0, false
	}
	var part [7]int64 // year month day hour minute second fraction
	p := 0
	for i := range len(s) - 1 {
		if i < len(mask) && mask[i] != 'd' {
			if s[i] != mask[i] {
				return 0, false
			}
			p++
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		part[p] = part[p]*10 + int64(s[i]-'0')
	}
	us := part[6]
	if len(s) == len(mask)+1 {
		us *= 1000
	}
	year, month, day := part[0], part[1], part[2]
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || part[3] > 23 || part[4] > 59 || part[5] > 59 {
		return 0, false
	}
	return ((daysBefore(year, month, day)*24+part[3])*60+part[4])*60_000_000 + part[5]*1_000_000 + us, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysBefore is the number of days from 1970-01-01 to the date, in the proleptic
// Gregorian calendar. It counts years from March, so that the leap day is the
// last of its year: 153 days are five months from March on, 146,097 days are 400
// years, and 719,468 days lie between 0000-03-01 and 1970-01-01.
func daysBefore(year, month, day int64) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := year
	if era < 0 {
		era -= 399
	}
	era /= 400
	y := year - era*400
	return era*146_097 + y*365 + y/4 - y/100 + (153*(month-3)+2)/5 + day - 1 - 719_468
}

// moment is the zero time or the time of a validity column.
func moment(c driver.Value) (time.Time, error) {
	v, err := value(c, layers.DateTime)
	return v.Time(), err
}
