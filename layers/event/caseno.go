package event

import (
	"fmt"
	"strconv"
	"time"

	"wutu/layers"
)

// MaxSerial is the largest serial number a case can have within a day and a
// district: case numbers are sorted as texts, so their length is fixed.
const MaxSerial = 99_999

// CaseNo is the number of a case: the day as yyyymmdd, the six digits of the
// district and five digits that count up within both. The day is that of at in
// its own location, so pass the time in the city's zone. The error is Invalid.
func CaseNo(at time.Time, district string, serial int) (string, error) {
	if len(district) != 6 || !digits(district) {
		return "", layers.Invalidf("event", "district", fmt.Sprintf("%.20q is no six-digit district code", district))
	}
	if serial < 1 || serial > MaxSerial {
		return "", layers.Invalidf("event", "serial", fmt.Sprintf("%d is not from 1 to %d", serial, MaxSerial))
	}
	if y := at.Year(); y < 1000 || y > 9999 {
		return "", layers.Invalidf("event", "reported_at", fmt.Sprintf("the year %d has not four digits", y))
	}
	return fmt.Sprintf("%s%s%05d", at.Format("20060102"), district, serial), nil
}

// ParseCaseNo is the inverse of CaseNo; the day is at midnight UTC. The error is
// Invalid.
func ParseCaseNo(no string) (day time.Time, district string, serial int, err error) {
	if len(no) == 19 && digits(no) {
		day, err = time.Parse("20060102", no[:8])
		serial, _ = strconv.Atoi(no[14:])
		if err == nil && serial > 0 {
			return day, no[8:14], serial, nil
		}
	}
	return time.Time{}, "", 0, layers.Invalidf("event", "case_no", fmt.Sprintf("%.40q is no case number: yyyymmdd, district, five digits", no))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
