# `make` lists the targets. Everything runs with Go alone; the linters are
# fetched by the go command at the versions below.

GO            ?= go
STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# The newer of the two Go releases that are supported; go.mod names the older.
# The go command fetches it where it is not at hand.
NEWER_GO := go1.27.4

# What has to work on every machine and with every Go release.
LIBRARY := ./gen/... ./internal/... ./facade/... ./emulator/...

# Lines that the handwritten files of facade may have together, without tests,
# and lines that any handwritten file may have.
MAX_FACADE_LINES := 3000
MAX_FILE_LINES   := 400

# Flags for `make test` and `make bench`, such as GOTESTFLAGS=-race.
GOTESTFLAGS  ?=
GOBENCHFLAGS ?= -benchmem

# How long `make fuzz` gives each target.
FUZZTIME ?= 10s

# Flags for `make falsify`, such as FALSIFYFLAGS='-run token'.
FALSIFYFLAGS ?=

# This module and those nested in it.
MODULES := $(patsubst %/go.mod,%,$(wildcard ./go.mod */go.mod */*/go.mod))

GENERATED := gen 'facade/*.gen.go'

# Handwritten Go files: those without the header of generated ones.
handwritten = find $(1) -name '*.go' ! -path './.*' ! -path '*/testdata/*' -exec grep -L '^// Code generated .* DO NOT EDIT\.$$' {} +

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: generate
generate: ## regenerate the code from api/services-v1.yaml
	$(GO) run ./cmd/gen

.PHONY: refresh
refresh: ## compare MODEL=file, Amazon's newest, with api/services-v1.yaml; REFRESHFLAGS=--write edits
	@scripts/refresh.sh $(if $(MODEL),"$(MODEL)") $(REFRESHFLAGS)

.PHONY: test
test: ## run the tests
	$(GO) test $(GOTESTFLAGS) ./...

.PHONY: test-32bit
test-32bit: ## run the library's tests as a 32-bit program
	GOARCH=386 $(GO) test $(LIBRARY)

# There the JSON library is the standard one, which the second line checks.
.PHONY: test-newer-go
test-newer-go: export GOTOOLCHAIN := $(NEWER_GO)
test-newer-go: ## run the library's tests and the contract suite on the newer Go release
	$(GO) version
	@$(GO) list -deps ./internal/wire | grep -x encoding/json/v2 || { echo "JSON is not the standard library's"; exit 1; }
	$(GO) vet $(LIBRARY) ./contract
	$(GO) test $(LIBRARY) ./contract

.PHONY: demo
demo: ## carry one service job through its life, against the embedded emulator
	$(GO) run ./cmd/spservices demo

.PHONY: bench
bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . $(GOBENCHFLAGS) ./...

.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME
	@GO='$(GO)' FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

.PHONY: falsify
falsify: ## break each guard in a copy; the test named after it has to fail
	$(GO) run ./contract/falsify $(FALSIFYFLAGS)

.PHONY: prism
prism: ## run façade and emulator with Prism between them; needs npm
	@scripts/prism.sh

.PHONY: vulnerabilities
vulnerabilities: ## known vulnerabilities of the dependencies; needs the network
	$(GO) run $(GOVULNCHECK) ./...

.PHONY: nightly
nightly: ## what takes longer: long fuzzing, every mutant, the race detector three times
	@.ci/nightly

.PHONY: check
check: check-format vet staticcheck lint check-modules check-generated check-house check-described ## everything but the tests that a change has to pass

.PHONY: check-format
check-format: ## gofmt
	@files=$$(gofmt -l .) && test -z "$$files" || { echo "not formatted, run gofmt -w:"; echo "$$files"; exit 1; }

.PHONY: vet
vet: ## go vet
	$(GO) vet ./...

# Stands in for machines that are not at hand; ci.yml has them.
.PHONY: vet-platforms
vet-platforms: ## go vet for Windows and macOS
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...

.PHONY: staticcheck
staticcheck: ## staticcheck
	$(GO) run $(STATICCHECK) ./...

.PHONY: lint
lint: ## golangci-lint, by .golangci.yml; it vets the nested modules too
	@for module in $(MODULES); do echo "golangci-lint $$module" && $(GO) -C $$module run $(GOLANGCI_LINT) run ./... || exit 1; done

.PHONY: check-modules
check-modules: ## go.mod and go.sum are tidy
	@for module in $(MODULES); do $(GO) -C $$module mod tidy -diff || exit 1; done

.PHONY: check-generated
check-generated: generate ## generating again changes nothing
	git diff --exit-code -- $(GENERATED)
	@new=$$(git ls-files --others --exclude-standard -- $(GENERATED)); \
	  test -z "$$new" || { echo "generated and not in the repository:"; echo "$$new"; exit 1; }

.PHONY: check-house
check-house: ## ceilings of lines, no sleeping tests
	@$(call handwritten,.) | xargs awk -v max=$(MAX_FILE_LINES) ' \
	  FNR == max + 1 { print FILENAME ": more than " max " lines"; bad = 1 } \
	  END { exit bad }'
	@$(call handwritten,facade) | grep -v '_test\.go$$' | xargs cat | wc -l | awk -v max=$(MAX_FACADE_LINES) ' \
	  { print "facade: " $$1 " lines, at most " max; exit $$1 > max }'
	@sleepers=$$($(call handwritten,.) | grep '_test\.go$$' | while read -r file; do \
	    grep -q 'time\.Sleep(' "$$file" && ! grep -q '"testing/synctest"' "$$file" && echo "$$file"; done); \
	  test -z "$$sleepers" || { echo "sleeps in real time:"; echo "$$sleepers"; exit 1; }

.PHONY: check-described
check-described: ## api/services-v1.yaml waits for no description
	$(GO) run ./cmd/gen check
