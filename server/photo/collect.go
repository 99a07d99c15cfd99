package photo

import (
	"context"
	"time"

	"wutu/layers"
	"wutu/layers/photo"
)

// collectEvery is how often unused pictures are looked for.
const collectEvery = 10 * time.Minute

// Run throws away what nobody uses until ctx ends.
func (o *Office) Run(ctx context.Context) {
	t := time.NewTicker(collectEvery)
	defer t.Stop()
	for {
		if n, err := o.Collect(ctx); err != nil && ctx.Err() == nil {
			o.o.Log.ErrorContext(ctx, "unused pictures were not thrown away", "error", err)
		} else if n > 0 {
			o.o.Log.InfoContext(ctx, "unused pictures were thrown away", "pictures", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Collect throws away the pictures that were sent more than photo.FreshFor ago
// and that no case carries, and files of that age without a record: the server
// ended between writing them and acknowledging them. It returns how many pictures
// went. It costs O(pictures of the last day) and a listing of all files.
func (o *Office) Collect(ctx context.Context) (int, error) {
	now := o.o.Now()
	old := now.Add(-photo.FreshFor)
	var due []string
	for r, err := range o.o.Records.Records(ctx, photo.BucketFresh, "") {
		if err != nil {
			return 0, err
		}
		if sent, err := time.Parse(time.RFC3339Nano, string(r.Data)); err != nil || !sent.After(old) {
			due = append(due, r.Key)
		}
	}
	gone := 0
	for _, id := range due {
		thrown, err := o.settle(ctx, id, old)
		if err != nil {
			return gone, err
		}
		if thrown {
			gone++
		}
	}
	return gone, o.tidy(ctx, old)
}

// settle throws a picture away unless a case carries it; then it only stops being
// fresh.
func (o *Office) settle(ctx context.Context, id string, old time.Time) (thrown bool, err error) {
	o.changing.Lock()
	defer o.changing.Unlock()
	data, err := layers.RecordOf(ctx, o.o.Records, photo.BucketFresh, id)
	if err != nil || data == nil {
		return false, err
	}
	if sent, err := time.Parse(time.RFC3339Nano, string(data)); err == nil && sent.After(old) { // sent again
		return false, nil
	}
	b := layers.Batch{Records: []layers.Record{{Bucket: photo.BucketFresh, Key: id}}}
	for _, err := range o.carriers(ctx, id) {
		if err != nil {
			return false, err
		}
		_, err = o.o.Records.Apply(ctx, b)
		return false, err
	}
	k, err := o.kept(ctx, id)
	if err != nil && layers.KindOf(err) != layers.NotFound {
		return false, err
	}
	b.Records = append(b.Records, layers.Record{Bucket: photo.BucketKept, Key: id})
	if _, err := o.o.Records.Apply(ctx, b); err != nil {
		return false, err
	}
	if k == nil {
		return false, nil
	}
	return true, o.remove(ctx, k.File(), k.ThumbFile())
}

func (o *Office) remove(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := o.o.Store.Remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes old files that belong to no picture.
func (o *Office) tidy(ctx context.Context, old time.Time) error {
	for name, written := range o.o.Store.Names(ctx, old) {
		if !written.Before(old) {
			continue
		}
		_, err := o.kept(ctx, photo.IDOfFile(name))
		if layers.KindOf(err) != layers.NotFound {
			if err != nil {
				return err
			}
			continue
		}
		if err := o.tidyOne(ctx, name); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// tidyOne removes a file unless its picture was sent in the meantime.
func (o *Office) tidyOne(ctx context.Context, name string) error {
	o.changing.Lock()
	defer o.changing.Unlock()
	if _, err := o.kept(ctx, photo.IDOfFile(name)); layers.KindOf(err) != layers.NotFound {
		return err
	}
	return o.remove(ctx, name)
}
