package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// told is what one message of a stream says: which cases have changed, up to which
// sequence.
type told struct {
	reset   bool
	changes []toldChange
	bytes   int
}

type toldChange struct {
	id  string
	seq uint64
}

// messages keeps each distinct message once: most streams get the same ones.
type messages struct {
	mu    sync.Mutex
	known map[uint64]*told
}

// of parses the data of an event, or finds it parsed.
func (m *messages) of(name string, data []byte) (*told, error) {
	sum := xxhash.Sum64(data)
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.known[sum]; t != nil {
		return t, nil
	}
	t := &told{reset: name == "reset", bytes: len(data)}
	var body struct {
		Changes []struct {
			ID  string
			Seq uint64
		}
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return nil, err
	}
	for _, c := range body.Changes {
		t.changes = append(t.changes, toldChange{c.ID, c.Seq})
	}
	m.known[sum] = t
	return t, nil
}

// listener is one open stream.
type listener struct {
	filter   string // CQL2; "": all
	district string // what the filter says
	got      []received
	err      error
}

type received struct {
	what *told
	at   time.Time
}

// listen opens the stream and keeps what comes until ctx ends. ready is called
// after hello.
func (l *listener) listen(ctx context.Context, client *http.Client, base, key string, zipped bool, all *messages, ready func()) error {
	address := base + "/api/v1/stream?layers=events"
	if l.filter != "" {
		address += "&filter=" + url.QueryEscape(l.filter)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if !zipped {
		req.Header.Set("Accept-Encoding", "identity")
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 400))
		return fmt.Errorf("the stream answers %d %s", res.StatusCode, text)
	}
	if zipped != res.Uncompressed {
		return fmt.Errorf("the stream is compressed: %v, asked for: %v", res.Uncompressed, zipped)
	}
	in := bufio.NewReaderSize(res.Body, 32<<10)
	name := ""
	var data []byte
	for {
		line, err := in.ReadSlice('\n')
		for err == bufio.ErrBufferFull {
			data = append(data, line...)
			line, err = in.ReadSlice('\n')
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("the stream has ended: %w", err)
		}
		if len(data) > 0 {
			data = append(data, line...)
			line = data
		}
		switch {
		case bytes.HasPrefix(line, []byte("event: ")):
			name = string(bytes.TrimSpace(line[7:]))
		case bytes.HasPrefix(line, []byte("data: ")):
			if name == "hello" {
				ready()
				break
			}
			at := time.Now()
			t, err := all.of(name, line[6:])
			if err != nil {
				return err
			}
			l.got = append(l.got, received{t, at})
		}
		data = data[:0]
	}
}
