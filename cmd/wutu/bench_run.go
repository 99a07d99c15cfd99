package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// suiteRun is a suite under way.
type suiteRun struct {
	*program
	suiteFlags
	self string
	dir  string     // of the city
	city *benchCity // the data of hubs, nil where the suite has another
	peer *peer      // nil: there is none beside
	s    *suite

	running []*benchServer // of this round
}

func (p *program) runSuite(ctx context.Context, b *benchSuite, f suiteFlags) (_ *suite, err error) {
	r := &suiteRun{program: p, suiteFlags: f, s: &suite{Name: b.name, At: now(), Machine: thisMachine(), Rounds: f.rounds}}
	if r.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if r.out, err = filepath.Abs(f.out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return nil, err
	}
	data := b.data
	if data == nil {
		data = hubsData
	}
	if err := data(ctx, r); err != nil {
		return nil, err
	}
	if b.peer && !f.alone {
		if err := r.startPeer(ctx); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, r.peer.stop()) }()
	}
	for i := range f.rounds {
		p.say("round %d of %d", i+1, f.rounds)
		if err := r.round(ctx, b, i); err != nil {
			return nil, err
		}
	}
	if b.once != nil {
		if err := b.once(ctx, r); err != nil {
			return nil, err
		}
	}
	return r.s, p.writeSuite(r.out, r.s)
}

func (r *suiteRun) round(ctx context.Context, b *benchSuite, round int) error {
	defer func() {
		for _, s := range r.running {
			s.stop()
		}
		r.running = nil
	}()
	return b.round(ctx, r, round)
}

// start starts a server on the suite's city with further flags of `wutu serve`. It
// is stopped at the end of the round.
func (r *suiteRun) start(ctx context.Context, flags ...string) (*benchServer, error) {
	if r.pprof != "" {
		flags = append(flags, "--pprof", r.pprof)
	}
	s, err := startServer(ctx, r.self, r.dir, flags...)
	if err != nil {
		return nil, err
	}
	r.running = append(r.running, s)
	r.s.line("ready after start", "s", want(60, 0, true)).Ours.add(s.ready.Seconds())
	return s, nil
}

// hubsData is the data of most suites.
func hubsData(ctx context.Context, r *suiteRun) (err error) {
	if r.city, err = r.makeBenchCity(ctx, r.self, r.out, r.share, r.reuse); err != nil {
		return err
	}
	r.dir, r.s.Data = r.city.dir, r.city.String()
	if r.city.features > 0 {
		r.s.line("import", "features/s", nil).Ours.add(r.city.features)
	}
	return nil
}

// sampleData makes a synthetic city of a size, unless keep and it is there, and
// sets the suite's folder to it. Size "" is city, or small for a quick look. took is
// 0 if it was there.
func (r *suiteRun) sampleData(ctx context.Context, size string) (took time.Duration, err error) {
	if size == "" {
		size = "city"
		if r.share < 0.5 {
			size = "small"
		}
	}
	r.dir = filepath.Join(r.out, "city-"+size)
	r.s.Data = "synthetic city of size " + size + ", seed 1"
	if _, err := os.Stat(filepath.Join(r.dir, "done")); err == nil && r.reuse {
		return 0, nil
	}
	if err := errors.Join(os.RemoveAll(r.dir), os.RemoveAll(r.dir+".keys")); err != nil {
		return 0, err
	}
	r.say("generating a city of size %s", size)
	if took, err = runShown(ctx, r.self, "generate", "--data", r.dir, "--size", size, "--seed", "1"); err != nil {
		return 0, err
	}
	return took, os.WriteFile(filepath.Join(r.dir, "done"), nil, 0o600)
}

// startPeer starts PostGIS with the suite's data, where it is installed.
func (r *suiteRun) startPeer(ctx context.Context) (err error) {
	r.say("loading it into PostGIS")
	if r.peer, err = startPeer(ctx, r.city); err != nil {
		return err
	}
	if r.peer == nil {
		r.s.Notes = append(r.s.Notes, "PostGIS is not installed: nothing to compare with")
		return nil
	}
	r.s.Machine.Peer = r.peer.version(ctx)
	return nil
}

// race runs a load against the server and then its script against the peer.
func (r *suiteRun) race(ctx context.Context, l *suiteLine, load wireLoad, script string) error {
	res, err := load.run(ctx, l.Name)
	if err != nil {
		return err
	}
	l.Ours.addLoad(res)
	if r.peer == nil || script == "" {
		return nil
	}
	if res, err = r.peer.rate(ctx, l.Name, script, r.s.Machine.Cores, r.length()); err != nil {
		return err
	}
	l.peer().addLoad(res)
	return nil
}

// load runs a load of the suite's length.
func (r *suiteRun) load(ctx context.Context, server *benchServer, l load, seed uint64, header ...string) (loadResult, error) {
	header = append(header, "Accept-Encoding: gzip")
	w := wireLoad{addr: server.addr(), conns: r.conns, length: r.length(), seed: seed, next: func(rng *rand.Rand, buf []byte) []byte { return l.next(rng, buf, header) }}
	res, err := w.run(ctx, l.name)
	if err == nil && res.Requests == 0 {
		err = fmt.Errorf("%s: no request was answered in time", l.name)
	}
	return res, err
}
