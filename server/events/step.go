package events

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/once"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// stepBody is what a step may be given; which of it a step needs says the table
// of layers/event.
type stepBody struct {
	Note        string          `json:"note"`
	Reason      string          `json:"reason"`
	Result      string          `json:"result"`
	Department  string          `json:"department"`
	Assists     []string        `json:"assists"`
	Task        string          `json:"task"`
	Worker      string          `json:"worker"`
	Tier        event.Tier      `json:"tier"`
	Class       string          `json:"class"`
	Level       string          `json:"level"`
	Supervision int             `json:"supervision"`
	Until       *time.Time      `json:"until"`
	Evidence    *event.Evidence `json:"evidence"`
	Fix         *event.Fix      `json:"fix"`
	Photos      []string        `json:"photos"`
	Checks      []string        `json:"checks"`
	Found       string          `json:"found"`
	Report      string          `json:"report"` // supplement: what is added, in words
	Master      string          `json:"master"`
	Link        string          `json:"link"`
}

// check refuses what is too long to be stored.
func (b *stepBody) check() error {
	for name, s := range map[string]string{"note": b.Note, "result": b.Result, "report": b.Report} {
		if utf8.RuneCountInString(s) > maxDescription {
			return layers.Invalidf("event", "/"+name, fmt.Sprintf("is longer than %d characters", maxDescription))
		}
	}
	for name, n := range map[string]int{"photos": len(b.Photos), "checks": len(b.Checks), "assists": len(b.Assists)} {
		if n > maxPhotos {
			return layers.Invalidf("event", "/"+name, fmt.Sprintf("%d are more than %d", n, maxPhotos))
		}
	}
	return nil
}

func (b *stepBody) command(step event.Step) event.Command {
	c := event.Command{Step: step, Note: strings.TrimSpace(b.Note), Reason: b.Reason, Result: strings.TrimSpace(b.Result), Department: b.Department,
		Assists: b.Assists, Task: b.Task, Worker: b.Worker, Tier: b.Tier, Class: b.Class, Level: b.Level, Supervision: b.Supervision,
		Evidence: b.Evidence, Fix: b.Fix, Photos: b.Photos, Checks: b.Checks, Found: b.Found, Master: b.Master, Link: b.Link}
	if b.Until != nil {
		c.Until = b.Until.UTC()
	}
	return c
}

// taking is a step under way.
type taking struct {
	subject layers.Subject
	view    *live.View
	held    *held
	master  *held // of a merge
	command event.Command
	env     event.Env
	entry   event.Entry
	place   *duty.Place   // the proof worked out again, nil when it stays
	verdict *duty.Verdict // of a return
}

func (e *Events) postStep(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	id := in.Text("id")
	o, err := once.New(&subject, id+"/"+in.Text("step"), in.Text("Idempotency-Key"), raw)
	if err != nil {
		return err
	}
	step, err := event.ParseStep(in.Text("step"))
	if err != nil {
		return err
	}
	done, err := o.Done(ctx, e.o.Records)
	switch {
	case err != nil:
		return err
	case done != "":
		err = e.catchUp(ctx)
	default:
		var body stepBody
		if err := openapi.DecodeJSON(raw, &body); err != nil {
			return err
		}
		err = e.act(ctx, &subject, id, step, &body, in.Text("If-Match"), o)
	}
	if err != nil {
		return err
	}
	out, err := e.describe(ctx, subject, &subject, id)
	if k := layers.KindOf(err); k == layers.NotFound || k == layers.Forbidden {
		out, err = e.gone(ctx, &subject, id, step) // the step was done, and led the case out of the subject's sight
	}
	if err != nil {
		return err
	}
	if out.Version != "" {
		c.Response().Header().Set("ETag", `"`+out.Version+`"`)
	}
	return c.JSON(http.StatusOK, out)
}

// gone is the answer to a step that led a case out of the sight of who took it:
// where the step led, and nothing of what became of the case since.
func (e *Events) gone(ctx context.Context, s *layers.Subject, id string, step event.Step) (*info, error) {
	h, err := e.load(ctx, e.o.City.View(), id)
	if err != nil {
		return nil, err
	}
	state := ""
	for _, x := range slices.Backward(h.history) {
		if x.Actor == s.ID && x.Step == step {
			state = x.To.String()
			break
		}
	}
	return &info{ID: id, State: state, Feature: []byte("null"),
		Place: placeInfo{Areas: []ground.Share{}, Alternatives: []duty.Choice{}}, Legal: []legalInfo{}}, nil
}

// act takes a step for a subject that names the version it has seen.
func (e *Events) act(ctx context.Context, s *layers.Subject, id string, step event.Step, b *stepBody, match string, o once.Key) error {
	t := &taking{subject: *s, command: b.command(step)}
	shown, err := e.read(ctx, t, id)
	if err != nil {
		return err
	}
	if b.Report != "" || step == event.Supplement {
		t.command.Report = &event.Statement{At: e.o.Now().UTC(), Channel: channelOf(s), Text: b.Report, Account: s.ID, Photos: b.Photos}
	}
	t.env = e.env(ctx, t.held, s)
	if !mayEver(s, step) {
		return &layers.Error{Kind: layers.Forbidden, Op: "event", ID: id, Field: "step", Err: fmt.Errorf("role %s may not %s events", s.Role, step)}
	}
	if err := checkVersion(&shown, t.held.life.State, match); err != nil {
		return err
	}
	_, may := t.held.life.Decide(t.command, t.env)
	if illegal := stepError(may, t.held.life.State); illegal != may || layers.KindOf(may) == layers.Forbidden {
		return illegal
	}
	if err := b.check(); err != nil {
		return err
	}
	if err := e.decide(ctx, t); err != nil {
		return err
	}
	return e.commit(ctx, t, o)
}

// read reads the case for the step, and the feature as the subject sees it. The
// history comes after the view and may be ahead of it, by a step of somebody else
// just taken: then it waits until the view shows that step too, so that the version
// named is held against it and not the step against a state nobody has seen.
func (e *Events) read(ctx context.Context, t *taking, id string) (shown layers.Feature, err error) {
	for waited := uint64(0); ; {
		t.view = e.o.City.View()
		var l *layers.Layer
		if l, shown, err = seen(ctx, t.view, &t.subject, id); err != nil {
			return shown, err
		}
		decision := access.Decide(&t.subject, l)
		if err := decision.MayUse(l, l.FieldIndex(model.State)); err != nil {
			return shown, err // nobody takes a step from a state they do not see
		}
		if t.held, err = e.load(ctx, t.view, id); err != nil {
			return shown, err
		}
		if !t.held.ahead() || shown.Version == waited { // a feature changed past its history stays behind it
			return shown, nil
		}
		waited = shown.Version
		if err := e.catchUp(ctx); err != nil {
			return shown, err
		}
	}
}

// mayEver reports whether the table has a row for the subject's role and the step.
func mayEver(s *layers.Subject, step event.Step) bool {
	return slices.ContainsFunc(event.Transitions(), func(t event.Transition) bool {
		return t.Step == step && (s.Role == layers.System || slices.Contains(t.Roles, s.Role))
	})
}

// channelOf is how a subject speaks when it adds to a case.
func channelOf(s *layers.Subject) string {
	switch s.Role {
	case layers.GridWorker:
		return "gridworker"
	case layers.Public:
		return "app"
	case layers.API:
		return "api"
	}
	return "web"
}

// decide checks what the step names against the city and works out its entry.
func (e *Events) decide(ctx context.Context, t *taking) error {
	c := &t.command
	system := ground.New(ctx, t.view, layers.SystemSubject())
	if c.Step == event.Dispatch && c.Department == "" {
		c.Department = t.held.life.Lead // the one that the proof of place proposes
	}
	lead, ok := system.Department(c.Department)
	if c.Department != "" && !ok {
		return layers.Invalidf("event", "/department", fmt.Sprintf("%.80q is no department", c.Department))
	}
	t.held.lead = lead.Name
	for _, id := range c.Assists {
		if _, ok := system.Department(id); !ok {
			return layers.Invalidf("event", "/assists", fmt.Sprintf("%.80q is no department", id))
		}
	}
	if c.Class != "" {
		if c.Step != event.File {
			return layers.Invalidf("event", "/class", "is corrected when the case is filed")
		}
		k, edition, ok := e.classNow(ctx, c.Class)
		if !ok {
			return layers.Invalidf("event", "/class", fmt.Sprintf("%.40q is no class of the dictionary", c.Class))
		}
		t.env.Class, t.env.Edition = k, edition
		t.held.class, t.held.edition = k, edition
	}
	if c.Master != "" {
		if _, _, err := seen(ctx, t.view, &t.subject, c.Master); err != nil || c.Master == t.held.life.ID {
			return layers.Invalidf("event", "/master", fmt.Sprintf("%.80q is no other event", c.Master))
		}
		var err error
		if t.master, err = e.load(ctx, t.view, c.Master); err != nil {
			return err
		}
		t.env.Master = t.master.life
	}
	if err := e.nameWorker(ctx, t); err != nil {
		return err
	}
	var err error
	if t.env.Pictures, err = e.pictures(ctx, &t.subject, c.Photos); err != nil {
		return err
	}
	if err = e.reconsider(ctx, t); err != nil {
		return err
	}
	if t.entry, err = t.held.life.Decide(t.command, t.env); err != nil {
		return stepError(err, t.held.life.State)
	}
	return nil
}

// nameWorker names who is to look, where a case is sent to be verified or checked
// and nobody is named: the worker on duty who suits best, not one who handled it.
func (e *Events) nameWorker(ctx context.Context, t *taking) error {
	c := &t.command
	sent := c.Step == event.Verify || c.Step == event.Check && t.held.life.State == event.FedBack
	if !sent || c.Worker != "" || e.o.Worker == nil {
		return nil
	}
	var err error
	c.Worker, err = e.o.Worker(ctx, t.held.point(), t.held.text(model.Grid), t.held.life.Handlers)
	return err
}

// checkVersion compares If-Match with the event's version: its number, with or
// without quotes, or * for whichever is current.
func checkVersion(f *layers.Feature, state event.State, match string) error {
	tag := strings.TrimSuffix(strings.Trim(strings.TrimPrefix(strings.TrimSpace(match), "W/"), `"`), "-gzip")
	switch {
	case tag == "":
		return problem.PreconditionRequired("name the version the step is taken on, as the event's version or ETag says, or * for whichever is current")
	case tag == "*", tag == strconv.FormatUint(f.Version, 10):
		return nil
	}
	return &layers.Error{Kind: layers.Conflict, Op: "event", ID: f.Key, Field: "If-Match",
		Err: fmt.Errorf("version %.40s is not current: the event is at %d, in state %s", tag, f.Version, state)}
}

// stepError turns an error of layers/event into one for HTTP.
func stepError(err error, from event.State) error {
	var illegal *event.IllegalStep
	if errors.As(err, &illegal) {
		return &problem.Illegal{Detail: illegal.Error(), Legal: legalSteps(illegal.Legal, from)}
	}
	return err
}

// commit stores the step in one batch with its history, proof, audit line and
// idempotency record, and with what it does to the case it is merged into.
func (e *Events) commit(ctx context.Context, t *taking, o once.Key) error {
	b := layers.Batch{Actor: t.subject.ID, At: t.env.Now}
	if err := e.put(&b, &t.subject, t.held, t.entry, t.place); err != nil {
		return err
	}
	if t.master != nil && t.entry.Step == event.Merge {
		env := e.env(ctx, t.master, &t.subject)
		entry, err := t.master.life.Decide(event.Command{Step: event.Supplement, Merged: t.held.life.ID, Reports: t.held.life.Reports}, env)
		if err != nil {
			return stepError(err, t.master.life.State)
		}
		if err := e.put(&b, &t.subject, t.master, entry, nil); err != nil {
			return err
		}
	}
	records, err := o.Records(t.held.life.ID, t.env.Now)
	if err != nil {
		return err
	}
	b.Records = append(b.Records, records...)
	if t.verdict != nil {
		data, err := json.Marshal(verdictInfo{Finding: t.verdict.Finding, Reasons: t.verdict.Reasons, Differs: t.verdict.Differs,
			Department: t.subject.Department, At: t.env.Now, Evidence: t.command.Evidence})
		if err != nil {
			return err
		}
		b.Records = append(b.Records, layers.Record{Bucket: bucketVerdict, Key: t.held.life.ID, Data: data})
	}
	decided, err := e.precedent(t)
	if err != nil {
		return err
	}
	if decided != nil {
		b.Records = append(b.Records, *decided)
		defer e.precedents.forget()
	}
	_, err = e.o.City.Apply(ctx, b)
	if layers.KindOf(err) == layers.Conflict {
		if id, onceErr := o.Done(ctx, e.o.Records); onceErr != nil || id != "" { // the same request came twice at once
			return cmp.Or(onceErr, e.catchUp(ctx))
		}
		return &layers.Error{Kind: layers.Conflict, Op: "event", ID: t.held.life.ID, Field: "If-Match",
			Err: errors.New("somebody else has changed the event meanwhile")}
	}
	return err
}
