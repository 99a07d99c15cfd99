package auth

import (
	"encoding/json"
	"time"

	"wutu/layers"
)

// line is an audit line of something the subject did, with details as JSON.
func line(by *layers.Subject, now time.Time, action, object string, detail map[string]any) layers.AuditLine {
	l := layers.AuditLine{At: now, Actor: by.ID, From: by.Origin, Purpose: by.Purpose, Action: action, Object: object}
	if by.ID != "" {
		l.Role = by.Role.String()
	}
	if len(detail) == 0 {
		return l
	}
	if b, err := json.Marshal(detail); err == nil { // details are plain values
		l.Detail = string(b)
	}
	return l
}
