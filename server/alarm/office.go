package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/alarm"
	"wutu/layers/live"
	"wutu/server/events"
	"wutu/server/openapi"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
}

// Cases is the door through which alarms become cases; *events.Events is one.
type Cases interface {
	// Report stores a report as a case, once for a key, and returns its id.
	Report(ctx context.Context, s *layers.Subject, r *events.Report, key string) (string, error)
	// Supplement adds words to a case, once for a key.
	Supplement(ctx context.Context, s *layers.Subject, id, text string, photos []string, key string) error
}

// Options configures an Office; all are required but Log.
type Options struct {
	City    City
	Records layers.Reader
	Cases   Cases
	Now     func() time.Time
	Log     *slog.Logger
}

// Office takes readings. Safe for concurrent use.
type Office struct {
	o  Options
	mu sync.Mutex // see the package comment
}

// New returns an Office.
func New(o Options) *Office {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Office{o: o}
}

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route { return o.routes() }

// Buckets of the records.
const (
	bucketMemory = "alarm-device" // device id → alarm.Memory
	bucketRule   = "alarm-rule"   // rule id → alarm.Rule; none at all: the defaults
	ruleSet      = "rules"        // key of the one record that holds all rules
)

// decode reads a record's data. The error is Internal.
func decode(data []byte, v any) error {
	if data == nil {
		return nil
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "alarm", Err: err}
	}
	return nil
}

// rules are those in force, in order of id.
func (o *Office) rules(ctx context.Context) ([]alarm.Rule, error) {
	data, err := layers.RecordOf(ctx, o.o.Records, bucketRule, ruleSet)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return alarm.Defaults(), nil
	}
	var out []alarm.Rule
	return out, decode(data, &out)
}

func (o *Office) memory(ctx context.Context, device string) (*alarm.Memory, error) {
	data, err := layers.RecordOf(ctx, o.o.Records, bucketMemory, device)
	if err != nil {
		return nil, err
	}
	m := new(alarm.Memory)
	return m, decode(data, m)
}

// remember is the record of a memory.
func remember(device string, m *alarm.Memory) (layers.Record, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "alarm", ID: device, Err: err}
	}
	return layers.Record{Bucket: bucketMemory, Key: device, Data: data}, nil
}

// recoverEvery is how long an alarm that could not be reported waits for the next
// try, when its device sends nothing.
const recoverEvery = time.Minute

// Run recovers at once, and every minute after, until ctx ends.
func (o *Office) Run(ctx context.Context) {
	t := time.NewTicker(recoverEvery)
	defer t.Stop()
	for {
		if err := o.Recover(ctx); err != nil && ctx.Err() == nil {
			o.o.Log.ErrorContext(ctx, "alarms that are being raised are not reported; they will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Recover reports the alarms that are still being raised: the program ended, or
// they could not be reported. It is harmless at any time. It costs O(devices that
// have sent readings), and waits for those who take readings only if it finds one.
func (o *Office) Recover(ctx context.Context) error {
	var waiting []string
	for r, err := range o.o.Records.Records(ctx, bucketMemory, "") {
		if err != nil {
			return err
		}
		var m alarm.Memory
		if err := decode(r.Data, &m); err != nil {
			return err
		}
		if m.Raising() {
			waiting = append(waiting, r.Key)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	rules, err := o.rules(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, device := range waiting {
		_, err := o.raise(ctx, device, rules)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
