package alarm_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server/alarm"
	"wutu/server/events"
)

// closed is a door that stays shut until it is opened.
type closed struct {
	mu    sync.Mutex
	open  bool
	tries int
	made  map[string]bool // by key
}

func (c *closed) Report(_ context.Context, _ *layers.Subject, _ *events.Report, key string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries++
	if !c.open {
		return "", errors.New("the door is shut")
	}
	c.made[key] = true
	return "case", nil
}

func (c *closed) unlock() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = true
}

// seen is how often it was knocked at, and how many cases were made.
func (c *closed) seen() (tries, made int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tries, len(c.made)
}

func (*closed) Supplement(context.Context, *layers.Subject, string, string, []string, string) error {
	return nil
}

// An alarm that could not be reported becomes a case within a minute, though its
// device says nothing more; Run ends with its context.
func TestRunReportsWhatCouldNotBeReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		store := memstore.NewWithClock(time.Now)
		l := model.Lookup(model.Devices)
		f := layers.Feature{Key: "d", Shape: orb.Point{113.9, 22.5}, Values: make([]layers.Value, len(l.Fields))}
		f.Values[l.FieldIndex(model.Name)] = layers.Text("水位站")
		f.Values[l.FieldIndex(model.Kind)] = layers.Text("water_level")
		if _, err := store.Apply(ctx, layers.Batch{Layers: model.Layers(), At: time.Now(),
			Changes: []layers.Change{{Op: layers.Put, Layer: l.ID, ID: f.Key, Feature: &f}}}); err != nil {
			t.Fatal(err)
		}
		catalog, err := live.Open(ctx, store, live.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			cancel()
			if err := catalog.Close(); err != nil {
				t.Error(err)
			}
		}()
		cases := &closed{made: map[string]bool{}}
		o := alarm.New(alarm.Options{City: catalog, Records: store, Cases: cases, Now: time.Now})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			o.Run(ctx)
		}()
		synctest.Wait() // the try at the start has found nothing
		subject := layers.SystemSubject()
		if got, err := o.Take(ctx, &subject, []alarm.Reading{{Device: "d", At: time.Now(), Value: 50}}); err != nil || got.Taken != 1 || len(got.Alarms) != 0 {
			t.Fatalf("taken: %+v, %v", got, err)
		}
		// What follows in a further request cannot end what nobody has heard of.
		if _, err := o.Take(ctx, &subject, []alarm.Reading{{Device: "d", At: time.Now().Add(time.Second), Value: 40}}); err == nil {
			t.Fatal("a reading was taken while the alarm before it was not reported")
		}
		time.Sleep(61 * time.Second) // of the bubble: no real time passes
		synctest.Wait()
		if tries, made := cases.seen(); tries != 3 || made != 0 {
			t.Fatalf("%d tries after a minute, want 3; made %d", tries, made)
		}
		cases.unlock()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if tries, made := cases.seen(); tries != 4 || made != 1 {
			t.Errorf("%d tries, want 4; %d cases, want one", tries, made)
		}
		got, err := o.Take(ctx, &subject, []alarm.Reading{{Device: "d", At: time.Now(), Value: 40}})
		if err != nil || len(got.Alarms) != 1 || !got.Alarms[0].Over || got.Alarms[0].Event != "case" {
			t.Errorf("over: %+v, %v", got, err)
		}
		cancel()
		<-ended
	})
}
