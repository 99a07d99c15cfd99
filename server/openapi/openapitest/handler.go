package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// maxKept bounds the bytes of a body that are judged: beyond them only the head is.
const maxKept = 4 << 20

// Wrap returns next with everything that passes judged; wrong gets a sentence about
// each deviation, from the goroutine of the request.
func (i *Inspector) Wrap(next http.Handler, wrong func(string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" { // a browser asks what it may ask
			next.ServeHTTP(w, r)
			return
		}
		x := Exchange{Method: r.Method, Path: r.URL.EscapedPath(), SentType: r.Header.Get("Content-Type"), Whole: true}
		var sent *tee
		if r.Body != nil && r.Body != http.NoBody {
			sent = &tee{ReadCloser: r.Body}
			r.Body = sent
		}
		k := &keeper{ResponseWriter: w}
		defer func() {
			if k.status == 0 {
				k.status = http.StatusOK
			}
			x.Status, x.Header, x.Body, x.Whole = k.status, k.header, k.body.Bytes(), !k.cut
			if x.Header == nil {
				x.Header = w.Header()
			}
			if sent != nil && !sent.cut {
				x.Sent = sent.read.Bytes()
			}
			if p := recover(); p != nil { // a connection that was cut has no answer
				panic(p)
			}
			if text := i.Judge(&x); text != "" && r.Context().Err() == nil {
				wrong(text)
			}
		}()
		next.ServeHTTP(k, r)
	})
}

// tee keeps what is read.
type tee struct {
	io.ReadCloser
	read bytes.Buffer
	cut  bool
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if t.cut = t.cut || t.read.Len()+n > maxKept; !t.cut {
		t.read.Write(p[:n])
	}
	return n, err
}

// keeper keeps what is written.
type keeper struct {
	http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
	cut    bool
}

func (k *keeper) WriteHeader(status int) {
	if k.status == 0 && status >= http.StatusOK {
		k.status, k.header = status, k.Header().Clone()
		k.cut = strings.HasPrefix(k.header.Get("Content-Type"), "text/event-stream")
	}
	k.ResponseWriter.WriteHeader(status)
}

func (k *keeper) Write(p []byte) (int, error) {
	if k.status == 0 {
		k.status, k.header = http.StatusOK, k.Header().Clone()
	}
	if k.cut = k.cut || k.body.Len()+len(p) > maxKept; !k.cut {
		k.body.Write(p)
	}
	return k.ResponseWriter.Write(p)
}

// Flush sends what is written.
func (k *keeper) Flush() {
	if f, ok := k.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (k *keeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }
