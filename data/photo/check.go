package photo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/photo"
)

// Check compares the records of pictures with their files and reports what is
// missing or not what it was, one line a picture, and how many are in order. A
// picture that no case carries and that is due to be thrown away may be gone. It
// reads every file.
func (f *Files) Check(ctx context.Context, records layers.Reader, now time.Time) (wrong []string, good int, err error) {
	for r, err := range records.Records(ctx, photo.BucketKept, "") {
		if err != nil {
			return wrong, good, err
		}
		k, err := photo.Parse(r.Data)
		if err != nil || k.ID != r.Key {
			wrong = append(wrong, "photo "+r.Key+": its record cannot be read")
			continue
		}
		due, err := dueToGo(ctx, records, k, now)
		if err != nil {
			return wrong, good, err
		}
		lines, err := f.checkOne(ctx, k, due)
		if err != nil {
			return wrong, good, err
		}
		if wrong = append(wrong, lines...); len(lines) == 0 {
			good++
		}
	}
	return wrong, good, nil
}

// checkOne reads the files of a picture. The error is only that of the context.
func (f *Files) checkOne(ctx context.Context, k *photo.Kept, due bool) (wrong []string, err error) {
	for _, name := range []string{k.File(), k.ThumbFile()} {
		data, err := f.Read(ctx, name)
		switch {
		case ctx.Err() != nil:
			return wrong, ctx.Err()
		case layers.KindOf(err) == layers.NotFound:
			if !due {
				wrong = append(wrong, "photo "+k.ID+": the file "+name+" is missing")
			}
			continue
		case err != nil:
			wrong = append(wrong, "photo "+k.ID+": the file "+name+" cannot be read: "+cause(err))
			continue
		}
		if head, err := f.head(name, len(keyring.Mark)); f.keys != nil && err == nil && string(head) != keyring.Mark {
			wrong = append(wrong, "photo "+k.ID+": the file "+name+" is plain: run `wutu keys seal`")
		}
		if sum := sha256.Sum256(data); name == k.File() && hex.EncodeToString(sum[:]) != k.SHA256 {
			wrong = append(wrong, "photo "+k.ID+": the file "+name+" is damaged")
		}
	}
	return wrong, nil
}

// cause leaves out what the line says itself.
func cause(err error) string {
	var e *layers.Error
	for errors.As(err, &e) && e.Err != nil {
		err = e.Err
	}
	return err.Error()
}

// dueToGo reports whether a picture that nobody uses may have been thrown away.
func dueToGo(ctx context.Context, records layers.Reader, k *photo.Kept, now time.Time) (bool, error) {
	for _, err := range records.Records(ctx, photo.BucketCarried, k.ID+"/") {
		return false, err
	}
	for r, err := range records.Records(ctx, photo.BucketFresh, k.ID) {
		if err != nil {
			return false, err
		}
		sent, err := time.Parse(time.RFC3339Nano, string(r.Data))
		return err == nil && now.Sub(sent) >= photo.FreshFor, nil
	}
	return false, nil
}
