# wutu (五图). `make run` shows a city, `make test` proves the program.
#
#   make run          build, generate the demo city on first start, serve it on http://127.0.0.1:8080
#   make test         everything CI runs; installs what the tests need from Debian's packages when missing
#   make build        bin/wutu with the web app embedded
#   make bench        the benchmark suites: text, JSON and a page with plots under bin/bench/ (SUITES="query tiles", FLAGS="--rounds 1 --share 0.1")
#   make bench-go     Go benchmarks of inner loops on the tree and on the commit before, compared (PKG= BENCH= OLD=)
#   make postgis      20,000 random questions to a catalog and to PostGIS (N=questions, WUTU_SEED=)
#   make attack       a million queries that try to learn of single persons (N=queries)
#   make conformance  public conformance suites as far as they can be had
#   make leaks        the leakage test over 200 policies, and that it finds every planted leak
#   make client       the document of the API and the types the web app has of it, after routes have changed
#   make fuzz T=10s   every fuzz target for T

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CITY   ?= city
LISTEN ?= 127.0.0.1:8080
TOOL   := go tool -modfile=.tools/go.mod
GO_SRC := $(shell find cmd data geo layers server tiles frontend -name '*.go' -not -path '*/node_modules/*' 2>/dev/null) $(wildcard cmd/wutu/*.html)
UI_SRC := $(shell find frontend/src frontend/public -type f 2>/dev/null) $(wildcard frontend/*.html frontend/*.ts frontend/*.js frontend/*.json)
say     = @printf '\033[1m== %s\033[0m\n' "$(1)"

# staticcheck runs all of its checks but these:
#   ST1000  package comments are held to a stricter rule by cmd/wutu/architecture_test.go
#   ST1003  names such as seq2json keep the field's own spelling (GeoJSON, WKT ids)
#   ST1020 ST1021 ST1022  the form "Name ..." of comments: several short methods share one sentence
#   QF*     quick fixes are suggestions of style, not defects
CHECKS := all,-ST1000,-ST1003,-ST1020,-ST1021,-ST1022,-QF*

.PHONY: client run build test bench bench-go postgis attack conformance leaks fuzz lint go-test ui-test e2e needs clean

run: build
	@if [ ! -e $(CITY)/city.gpkg ]; then \
		printf '\033[1m== generating the demo city into %s (first start only)\033[0m\n' "$(CITY)"; \
		bin/wutu generate --data $(CITY) --size small --seed 1; \
	fi
	@bin/wutu serve --data $(CITY) --demo --listen $(LISTEN)

build: bin/wutu

bin/wutu: $(GO_SRC) go.mod go.sum frontend/dist/index.html
	$(call say,building bin/wutu)
	@mkdir -p bin
	@go build -tags ui -o $@ ./cmd/wutu

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json
	$(call say,installing the web app's packages)
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error

frontend/dist/index.html: frontend/node_modules/.package-lock.json $(UI_SRC)
	$(call say,building the web app)
	@cd frontend && npm run --silent build

test: needs lint ui-test go-test e2e
	$(call say,all tests passed)

# Programs the tests use: a browser for the walk through the pages, GDAL and
# osmium as independent readers of what the program reads and writes, pgRouting
# (in PostgreSQL, with PostGIS) as an independent router, ExifTool and xmllint as
# readers of pictures and answers.
NEEDS := chromium:chromium ogrinfo:gdal-bin osmium:osmium-tool fc-list:fontconfig curl:curl openssl:openssl \
	exiftool:libimage-exiftool-perl xmllint:libxml2-utils cs2cs:proj-bin
needs:
	$(call say,looking for what the tests need)
	@missing=(); for n in $(NEEDS); do command -v "$${n%%:*}" >/dev/null || missing+=("$${n##*:}"); done; \
	fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk); \
	compgen -G '/usr/share/postgresql/*/extension/pgrouting.control' >/dev/null || missing+=(postgresql postgresql-postgis postgresql-pgrouting); \
	if [ $${#missing[@]} -gt 0 ]; then \
		echo "installing $${missing[*]}"; \
		SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
		$$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
	fi

lint: frontend/node_modules/.package-lock.json
	$(call say,formatting and linters)
	@bad=$$(gofmt -l cmd data geo layers server tiles frontend/*.go); [ -z "$$bad" ] || { echo "not formatted: $$bad"; exit 1; }
	@go vet ./...
	@bad=$$(grep -lE '\bgo func\b|\bgo [a-z.]+\(|"sync|errgroup' $(patsubst %,%/*.go,$(SEQUENTIAL)) | grep -v _test.go || true); \
		[ -z "$$bad" ] || { echo "tested without the race detector, but not sequential: $$bad"; exit 1; }
	@$(TOOL) staticcheck -checks '$(CHECKS)' ./...
	@cd frontend && npm run --silent lint

ui-test: frontend/node_modules/.package-lock.json
	$(call say,web app: types and unit tests)
	@cd frontend && npm run --silent check && npm run --silent test

# Not everything runs under the race detector, which makes it five times slower.
# Packages that compute, in one goroutine and without locks, have nothing for it to
# find; `make lint` sees to it that they stay so. The program as a whole (cmd/wutu)
# is made of packages that are tested with it; of its own tests those have it in
# which the server, clients and commands meet. Tests that hold thousands of answers
# against another program or a model (COMPARED) ask one question after the other, and
# run without it.
SEQUENTIAL := data/formats data/sample geo/measure geo/overlay geo/predicate geo/proximity geo/valid layers/audit layers/cql2 \
	layers/duplicate layers/duty layers/event layers/hotspot layers/photo layers/worktime tiles/shape
PROGRAM    := wutu/cmd/wutu
MEETINGS   := ^Test(ServeBesideOtherCommands|ServeStopsCleanly|OneEventThroughEveryLayer|EventsAgree|RotationBesideServe)$$
COMPARED   := ^Test(AgainstPostGIS|GroupsAgainstPostgreSQL|AgainstPgRouting|RoutesEqualFloyd|TrackerAgainstModel|Attack|AttackOverTime|First|Change|Partition|Anchors|ReconstructionAttack|PointCountsAddUp|Leakage)$$
COMPARING  := layers/live layers/spatial layers/roadnet layers/fence layers/release server tiles/render
go-test:
	$(call say,Go tests with the race detector)
	@go test -race -timeout 15m -skip '$(COMPARED)' $$(go list ./... | grep -vx $(patsubst %,-e wutu/%,$(SEQUENTIAL)) -e '$(PROGRAM)')
	@go test -race -timeout 15m -run '$(MEETINGS)' $(PROGRAM)
	$(call say,Go tests against other programs; of whole files and the whole program)
	@go test -timeout 15m -run '$(COMPARED)' $(patsubst %,wutu/%,$(COMPARING))
	@go test -timeout 15m -skip '$(MEETINGS)' $(PROGRAM) $(patsubst %,wutu/%,$(SEQUENTIAL))

e2e: bin/wutu
	$(call say,sizes of the web app)
	@cd frontend && npm run --silent size
	$(call say,browser test)
	@cmd/wutu/testdata/browser-test.sh

# Each suite starts the program anew in every round and, where PostGIS is installed
# and the suite compares with it, a cluster of it beside. `ready` makes the data anew,
# those behind it use it again. FLAGS="--rounds 1 --share 0.1" makes a quick look.
SUITES ?= ready city query tiles export past events fences movers live writers day
FLAGS  ?=
bench: bin/wutu
	$(call say,benchmarks: $(SUITES))
	@mkdir -p bin/bench
	@for s in $(SUITES); do \
		keep=--keep; [ "$$s" != ready ] || keep=; \
		bin/wutu bench $$s --out bin/bench $$keep $(FLAGS) || exit 1; \
	done
	@echo "page: bin/bench/index.html"

# Go benchmarks before and after, in turn, so that both meet the same machine. OLD
# is built in a work tree of its own.
OLD   ?= HEAD~1
PKG   ?= ./geo/... ./layers/cql2 ./layers/live ./tiles/...
BENCH ?= .
ROUNDS ?= 6
bench-go:
	$(call say,Go benchmarks: $(OLD) and the tree as it is)
	@mkdir -p bin/bench; old=$$(mktemp -d); trap 'git worktree remove --force "$$old/tree"; rm -rf "$$old"' EXIT; \
	git worktree add --quiet --detach "$$old/tree" $(OLD); \
	: > bin/bench/go-old.txt; : > bin/bench/go-new.txt; \
	for round in $$(seq $(ROUNDS)); do \
		echo "round $$round of $(ROUNDS)"; \
		(cd "$$old/tree" && WUTU_SHARED=$${WUTU_SHARED:-$(abspath ../shared)} go test -run '^$$' -bench '$(BENCH)' -benchtime 0.2s -benchmem $(PKG)) >> bin/bench/go-old.txt; \
		go test -run '^$$' -bench '$(BENCH)' -benchtime 0.2s -benchmem $(PKG) >> bin/bench/go-new.txt; \
	done; \
	$(TOOL) benchstat old=bin/bench/go-old.txt new=bin/bench/go-new.txt | tee bin/bench/go.txt

# The differential test against PostGIS at its full size; `make test` asks 2,000.
postgis: needs
	$(call say,questions to PostGIS)
	@WUTU_POSTGIS=$(or $(N),20000) go test -count=1 -timeout 30m -v -run AgainstPostGIS ./layers/live | cut -c1-400

# The reconstruction attack with a million queries, in place of the tens of thousands of `make test`.
attack:
	$(call say,reconstruction attack)
	@WUTU_ATTACK=$(or $(N),1000000) go test -count=1 -timeout 60m -run 'Attack' -v ./server

conformance: bin/wutu needs
	$(call say,conformance)
	@cmd/wutu/testdata/conformance.sh

leaks:
	$(call say,leakage: 200 generated policies)
	@WUTU_LEAKS=200 go test -count=1 -timeout 30m -v -run '^(TestLeakage|TestEveryRouteIsProbed)$$' ./server | grep -av '^ *\(=== \|--- PASS: TestLeakage/\)'
	$(call say,leakage: planted leaks must be found)
	@WUTU_PLANT=1 go test -count=1 -timeout 60m -v -run '^TestPlantedLeaks' ./server | grep -av '^=== '

client:
	$(call say,the document of the API and the types made from it)
	@WUTU_UPDATE=1 go test -count=1 -run '^TestCheckedInDocument$$' ./server >/dev/null
	@cd frontend && npm run --silent client

fuzz:
	@for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(T),10s) $$pkg; \
		done; \
	done

clean:
	rm -rf bin frontend/dist frontend/node_modules
