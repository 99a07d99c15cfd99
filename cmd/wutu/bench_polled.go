package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// polled is a connection and how far its answer has been read.
type polled struct {
	fd     int
	began  time.Time
	part   part
	line   []byte // the header, or a chunk's size, as far as it has come
	status int
	etag   string
	last   bool         // the server closes the connection after the answer
	left   int64        // of the body or chunk
	sink   func([]byte) // gets the body as it comes; nil: it is dropped
}

// part is a part of an answer.
type part uint8

const (
	header part = iota
	wholeBody
	chunkSize
	chunkBody
	trailer
)

// feed takes bytes as they come and reports whether the answer is complete.
func (c *polled) feed(data []byte) (done bool, err error) {
	for len(data) > 0 {
		switch c.part {
		case wholeBody, chunkBody:
			n := min(c.left, int64(len(data)))
			if c.sink != nil { // the last two bytes of a chunk are the line's end
				c.sink(data[:max(0, min(n, c.left-c.behind()))])
			}
			c.left -= n
			data = data[n:]
			if c.left > 0 {
				return false, nil
			}
			if c.part == wholeBody {
				return c.end(data)
			}
			c.part = chunkSize
		case header:
			from := max(0, len(c.line)-3)
			c.line = append(c.line, data...)
			at := bytes.Index(c.line[from:], []byte("\r\n\r\n"))
			if at < 0 {
				return false, nil
			}
			at += from
			data = data[len(data)-(len(c.line)-at-4):]
			if err := c.head(c.line[:at+2]); err != nil {
				return false, err
			}
			c.line = c.line[:0]
			if c.part == wholeBody && c.left == 0 {
				return c.end(data)
			}
		case chunkSize, trailer:
			at := bytes.IndexByte(data, '\n')
			if at < 0 {
				c.line = append(c.line, data...)
				return false, nil
			}
			c.line = append(c.line, data[:at]...)
			data = data[at+1:]
			text := string(bytes.TrimSpace(c.line))
			c.line = c.line[:0]
			if c.part == trailer {
				return c.end(data)
			}
			if c.left, err = strconv.ParseInt(text, 16, 64); err != nil {
				return false, err
			}
			if c.part = chunkBody; c.left == 0 {
				c.part = trailer
			}
			c.left += 2 // the line's end
		}
	}
	return false, nil
}

// behind is how many of the bytes left are no content.
func (c *polled) behind() int64 {
	if c.part == chunkBody {
		return 2
	}
	return 0
}

func (c *polled) end(rest []byte) (bool, error) {
	if len(rest) > 0 {
		return false, fmt.Errorf("%d bytes behind the answer", len(rest))
	}
	c.part = header
	return true, nil
}

// head reads the status and what the body's length is told by.
func (c *polled) head(text []byte) error {
	if len(text) < 12 || !bytes.HasPrefix(text, []byte("HTTP/1.1 ")) {
		return fmt.Errorf("%q is no answer", text[:min(len(text), 20)])
	}
	var err error
	if c.status, err = strconv.Atoi(string(text[9:12])); err != nil {
		return err
	}
	c.part, c.left, c.etag = wholeBody, 0, ""
	if _, rest, ok := bytes.Cut(text, []byte("\r\nEtag: ")); ok {
		value, _, _ := bytes.Cut(rest, []byte("\r\n"))
		c.etag = string(value)
	}
	c.last = bytes.Contains(text, []byte("\r\nConnection: close\r\n"))
	if c.status == 304 || c.status == 204 {
		return nil
	}
	if _, rest, ok := bytes.Cut(text, []byte("\r\nContent-Length: ")); ok {
		value, _, _ := bytes.Cut(rest, []byte("\r\n"))
		c.left, err = strconv.ParseInt(string(value), 10, 64)
		return err
	}
	if bytes.Contains(text, []byte("\r\nTransfer-Encoding: chunked\r\n")) {
		c.part = chunkSize
	}
	return nil
}
