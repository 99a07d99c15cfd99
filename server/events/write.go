package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/once"
	"wutu/server/param"
)

// put adds to b what the entry does to a case: the history, the feature as the
// history has it, the proof of place if it was worked out again, and the audit
// line. The batch fails with Conflict when the feature has changed since it was
// read.
func (e *Events) put(b *layers.Batch, s *layers.Subject, h *held, entry event.Entry, place *duty.Place) error {
	version := h.feature.Version
	history, err := h.history.Append(entry)
	if err != nil {
		return err
	}
	entry = history[len(history)-1]
	if err := h.life.Take(entry); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "event", ID: h.life.ID, Err: err}
	}
	data, err := history.Encode()
	if err != nil {
		return err
	}
	stored := h.feature
	stored.Values = append([]layers.Value(nil), stored.Values...)
	for len(stored.Values) < len(h.layer.Fields) {
		stored.Values = append(stored.Values, layers.Value{})
	}
	w := writer{layer: h.layer, feature: &stored}
	columns(&w, h)
	if err := stored.CheckAgainst(h.layer); err != nil {
		var wrong *layers.Error
		if errors.As(err, &wrong) {
			return param.At("/"+wrong.Field, err)
		}
		return err
	}
	b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: h.layer.ID, ID: stored.Key, Feature: &stored, IfVersion: &version})
	b.Records = append(b.Records, layers.Record{Bucket: bucketHistory, Key: stored.Key, Data: data})
	b.Records = append(b.Records, carried(stored.Key, &entry)...)
	if place != nil {
		proof, err := e.signed(place)
		if err != nil {
			return err
		}
		b.Records = append(b.Records, layers.Record{Bucket: bucketPlace, Key: stored.Key, Data: proof})
	}
	detail, err := json.Marshal(map[string]any{"from": entry.From.String(), "to": entry.To.String(), "note": entry.Note, "reason": entry.Reason,
		"result": entry.Result, "department": entry.Department, "master": entry.Master, "proof": entry.Proof, "auto": entry.Auto})
	if err != nil {
		return err
	}
	b.Audit = append(b.Audit, layers.AuditLine{At: b.At, Actor: s.ID, Role: s.Role.String(), From: s.Origin, Purpose: s.Purpose,
		Action: "events." + entry.Step.String(), Object: "events/" + stored.Key, Detail: string(detail)})
	return nil
}

// columns sets the values of the feature that follow from the case.
func columns(w *writer, h *held) {
	for _, c := range event.Columns(h.life) {
		w.set(c.Field, c.Value)
	}
	w.text(model.ClassName, h.class.Title.ZH)
	if h.lead != "" || h.life.Lead == "" {
		w.text(model.DepartmentName, h.lead)
	}
}

// store commits a new event: the feature, its history, the proof of place, the
// audit line and the idempotency record in one batch. It tries the next serial
// number while another process takes the same.
func (e *Events) store(ctx context.Context, v *live.View, s *layers.Subject, r *Report, o once.Key) (string, error) {
	now := e.o.Now().UTC()
	class, edition, ok := e.classNow(ctx, r.Class)
	if !ok {
		return "", layers.Invalidf("event", "/class", fmt.Sprintf("%.40q is no class of the dictionary", r.Class))
	}
	pictures, err := e.pictures(ctx, s, r.Photos)
	if err != nil {
		return "", err
	}
	place := e.locate(ctx, v, layers.SystemSubject(), &class, r)
	for range maxSerialTries {
		no, err := e.serials.next(ctx, v, now, e.districtCode(&place))
		if err != nil {
			return "", err
		}
		b, err := e.reportBatch(ctx, v, s, r, &class, edition, &place, pictures, no, now)
		if err != nil {
			return "", err
		}
		records, err := o.Records(no, now)
		if err != nil {
			return "", err
		}
		b.Records = append(b.Records, records...)
		_, err = e.o.City.Apply(ctx, b)
		if layers.KindOf(err) != layers.Conflict {
			return no, err
		}
		if id, err := o.Done(ctx, e.o.Records); err != nil || id != "" { // the same request came twice at once
			return id, err
		}
	}
	return "", tooMany()
}

func (e *Events) districtCode(p *duty.Place) string {
	code := e.o.Code
	if d, ok := p.Area(layers.District); ok {
		code = d.Code
	}
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "000000"
	}
	return code
}

func (e *Events) reportBatch(ctx context.Context, v *live.View, s *layers.Subject, r *Report, class *duty.Class, edition string, place *duty.Place, pictures []event.Picture, no string, now time.Time) (layers.Batch, error) {
	b := layers.Batch{Actor: s.ID, At: now}
	l, ok := v.Layer(model.Events)
	if !ok { // a city made of imported layers only
		l = model.Lookup(model.Events)
		b.Layers = []*layers.Layer{l}
	}
	h := &held{layer: l, life: &event.Case{ID: no}, class: *class, edition: edition, lead: place.Chosen.Name,
		feature: layers.Feature{Key: no, Shape: r.Point, ValidFrom: now, Values: make([]layers.Value, len(l.Fields))}}
	at := now
	// A device's clock may be wrong: what is said to be older than a report can wait
	// on it, or to lie ahead, is from now.
	if r.TakenAt.Before(now) && now.Sub(r.TakenAt) <= once.Kept {
		at = r.TakenAt.UTC()
	}
	env := e.env(ctx, h, s)
	env.Accuracy, env.Proof, env.Pictures = r.AccuracyM, place.Hash(), pictures
	statement := &event.Statement{At: at, Channel: r.Channel, Text: r.Description, Account: s.ID, Photos: r.Photos,
		Lon: r.Point[0], Lat: r.Point[1], Accuracy: r.AccuracyM}
	entry, err := h.life.Decide(event.Command{Step: event.Report, Class: class.Code, Level: r.Level, Department: place.Chosen.Department,
		Photos: r.Photos, Report: statement, Source: r.SourceRef, Note: r.DeviceRule,
		Fix: r.Fix}, env)
	if err != nil {
		return b, stepError(err, event.Unreported)
	}
	w := writer{layer: l, feature: &h.feature}
	w.text(model.CaseNo, no)
	w.text(model.Description, r.Description)
	w.text(model.Channel, r.Channel)
	w.text(model.ObjectField, r.Object)
	w.text(model.Reporter, r.Reporter)
	w.text(model.ReporterPhone, r.Phone)
	if r.Reporter == "" {
		w.text(model.Reporter, s.ID)
	}
	if r.AccuracyM > 0 {
		w.set(model.Accuracy, layers.Float(r.AccuracyM))
	}
	for level, field := range map[layers.Level]string{layers.Grid: model.Grid, layers.Community: model.Community,
		layers.Street: model.Street, layers.District: model.District} {
		if area, ok := place.Area(level); ok {
			w.text(field, area.Code)
		}
	}
	if err := e.put(&b, s, h, entry, place); err != nil {
		return b, err
	}
	if s.ID != "" {
		b.Records = append(b.Records, layers.Record{Bucket: bucketReporter, Key: s.ID + "/" + no, Data: []byte(now.Format(time.RFC3339))})
	}
	return b, nil
}
