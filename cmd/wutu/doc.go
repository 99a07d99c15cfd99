// Command wutu keeps a city's five maps (人企地物政) and its events, and serves
// them. See README.md and `wutu --help`.
//
// There is one file per subcommand. This package alone wires stores, decoders,
// the resident engine, tiles and the server together; it holds no logic of its
// own beyond flags, progress and exit codes.
//
// Exit codes: 0 done (an import with rejected records too), 1 failed, 2 an
// import whose file broke off (earlier batches are kept).
//
// # Finding out where time and memory go
//
// `wutu serve --pprof 127.0.0.1:6060` serves Go's profiles on an address of this
// machine; so does the server of a suite, `wutu bench tiles --keep --alone --pprof
// 127.0.0.1:6060`, which is a load that is always the same (`query` for questions,
// `live` and `writers` for changes, `day --minutes 2` for everything at once).
// Meanwhile
//
//	go tool pprof -http : http://127.0.0.1:6060/debug/pprof/profile?seconds=20   # processor
//	go tool pprof -http : -sample_index alloc_space http://127.0.0.1:6060/debug/pprof/allocs
//	go tool pprof -http : http://127.0.0.1:6060/debug/pprof/heap                 # what is held
//	curl -o trace 'http://127.0.0.1:6060/debug/pprof/trace?seconds=3' && go tool trace trace
//
// The flame graph tells the work of a request apart: net/http and the middleware,
// parsing, the plan (layers/live), exact geometry (geo/predicate, geo/measure),
// encoding and compression. What the collector takes (gcBgMarkWorker, mallocgc) is
// mended where it is allocated: alloc_space shows that. Waiting shows in the trace,
// not in the profile; a slow hundredth beside a quick median is waiting more often
// than work. Where figures of two runs are compared, both ran on the same machine in
// turn, several times: others at work change every figure, so a suite says how loaded
// the machine was before its first round, and benchstat whether a difference is one.
//
// A guess about an inner loop is settled by its Go benchmark: `make bench-go`
// runs those of geo, layers and tiles on the commit before and on the tree as it
// is, in turn, and prints benchstat's comparison; PKG=./layers/live narrows it,
// BENCH=Nearest picks by name, OLD=main~5 takes another commit. A profile of one:
//
//	go test -run '^$' -bench Nearest10 -cpuprofile cpu.out ./layers/live && go tool pprof -http : live.test cpu.out
//
// What the whole program reaches, and PostGIS beside it, `make bench` says: text,
// JSON and a page with plots under bin/bench. SUITES="query tiles" picks suites,
// FLAGS="--rounds 1 --share 0.1" makes a quick look of them.
package main
