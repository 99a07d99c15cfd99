package stream

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers/live"
)

// client is one open stream.
type client struct {
	hub      *Hub
	ctx      context.Context
	interest *interest
	header   string // Authorization, verified again and again
	zipped   bool   // it takes gzip
	out      *echo.Response
	control  *http.ResponseController

	wake chan struct{} // there may be new frames
	crc  uint32        // of what was sent, before compression
	size uint32        // and its length modulo 2^32, as gzip counts
	next int           // number of the next frame of its group, which guards it
	at   uint64        // sequence up to which it knows
}

// follow sends what the group makes until the client leaves, its key expires, the
// layer is redefined or the hub closes.
func (c *client) follow() {
	g, at := c.hub.join(c)
	defer c.hub.leave(g, c)
	if c.catchUp(at) != nil {
		return
	}
	heartbeat := time.NewTicker(c.hub.o.Heartbeat)
	defer heartbeat.Stop()
	quiet := true // since the last heartbeat
	for {
		select {
		case <-c.wake:
			sent, err := c.deliver(g)
			if err != nil {
				return
			}
			quiet = quiet && !sent
		case <-heartbeat.C:
			if c.hub.o.Verify != nil && c.hub.o.Verify(c.ctx, c.header) != nil {
				return
			}
			if quiet && c.sendFrame(c.hub.heartbeat) != nil {
				return
			}
			quiet = true
		case <-c.ctx.Done():
			return
		case <-c.hub.done:
			return
		}
	}
}

var errEnded = errors.New("the stream is over")

// deliver sends the frames that are new to the client, in one write.
func (c *client) deliver(g *group) (sent bool, err error) {
	frames, lost, ended := g.take(c)
	if lost && len(frames) > 0 {
		if err := c.catchUp(frames[0].from); err != nil {
			return false, err
		}
	}
	var b []byte
	for _, f := range frames {
		switch {
		case f.to <= c.at: // known from before it joined
		case c.at > f.from && f.from < f.to: // known in part
			if err := c.catchUp(f.to); err != nil {
				return false, err
			}
			sent = true
		case f.plain == nil:
			c.at = f.to
		default:
			if b == nil {
				b = f.bytes(c.zipped)
			} else {
				b = append(b[:len(b):len(b)], f.bytes(c.zipped)...)
			}
			c.sum(f.plain)
			c.at, sent = f.to, true
		}
		ended = ended || f.last
	}
	if b != nil {
		if err := c.send(b); err != nil {
			return sent, err
		}
	}
	if ended {
		return sent, errEnded
	}
	return sent, nil
}

// catchUp tells the client alone what happened behind what it knows, up to a
// sequence.
func (c *client) catchUp(to uint64) error {
	if c.at >= to {
		return nil
	}
	city := c.hub.o.City
	from := c.at
	c.at = to
	if from == 0 { // nothing ever happened before
		from = 1
	}
	deltas, err := city.Listen(from).Of(c.interest.layers).Pending()
	if errors.Is(err, live.ErrReset) {
		return c.send(c.coded(resetEvent(c.interest.seq(city))))
	}
	if err != nil {
		return err
	}
	n := len(deltas)
	for n > 0 && deltas[n-1].Seq > to {
		n--
	}
	f := c.interest.frame(c.hub, deltas[:n])
	if f.plain == nil {
		return nil
	}
	if err := c.sendFrame(f); err != nil {
		return err
	}
	if f.last {
		return errEnded
	}
	return nil
}

// coded compresses bytes for the client alone, if it takes that.
func (c *client) coded(b []byte) []byte {
	c.sum(b)
	if c.zipped {
		return deflate(b)
	}
	return b
}

// sum takes plain bytes that are sent into the check sum of the stream.
func (c *client) sum(plain []byte) {
	if c.zipped {
		c.crc, c.size = crc32.Update(c.crc, crc32.IEEETable, plain), c.size+uint32(len(plain))
	}
}

// finish ends a compressed stream as gzip asks: with an empty last block, the check
// sum and the length (RFC 1952). The frames before it end on whole bytes.
func (c *client) finish() {
	if !c.zipped {
		return
	}
	b := []byte{1, 0, 0, 0xff, 0xff}
	b = binary.LittleEndian.AppendUint32(b, c.crc)
	b = binary.LittleEndian.AppendUint32(b, c.size)
	_ = c.send(b) // whoever has left does not miss it
}

func (c *client) sendFrame(f *frame) error {
	c.sum(f.plain)
	return c.send(f.bytes(c.zipped))
}

// send writes and flushes within writeTimeout.
func (c *client) send(b []byte) error {
	// A connection without deadlines (in tests) is no reason to stop.
	if err := c.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := c.out.Write(b); err != nil {
		return err
	}
	c.out.Flush()
	return c.ctx.Err()
}
