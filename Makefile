# `make` prints the targets.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c

GO          ?= go
GOLANGCI    ?= github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.9.0
FUZZTIME    ?= 5000x
SOAKTIME    ?= 10m
KERNEL      ?= /boot/vmlinuz
EXAMPLES    := $(wildcard examples/*/scenario.yaml)

.DEFAULT_GOAL := help

.PHONY: help
help: ## print the targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: check
check: format vet lint layering test fuzz examples ## everything but the comparison with a real kubelet

.PHONY: format
format: ## fail if a file is not formatted
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "run gofmt -w on:"; echo "$$out"; exit 1; }

.PHONY: vet
vet: ## go vet
	$(GO) vet ./...

.PHONY: lint
lint: ## staticcheck and a few others by golangci-lint, at a pinned version
	$(GO) run $(GOLANGCI) run --allow-parallel-runners ./...

.PHONY: layering
layering: ## imports go one way, and the core is pure
	$(GO) test -run 'Imports|Core|Links|Layering|Level' .

.PHONY: test
test: ## all tests, with the race detector
	$(GO) test -race ./...

.PHONY: soak
soak: ## real processes, and agents and shims that are killed, for SOAKTIME (default 10m)
	$(GO) test -race -run TestSoak -v -timeout 0 ./lifecycle/agent/process -soak=$(SOAKTIME)

.PHONY: vm
vm: ## the process runtime in a virtual machine with cgroup v2, from KERNEL (needs QEMU)
	KERNEL=$(KERNEL) lifecycle/agent/process/vm.sh

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (default 5000 inputs; 5m: for that long)
	@$(GO) list ./... | while read -r pkg; do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "fuzz $$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$pkg || exit 1; \
		done; \
	done

.PHONY: examples
examples: ## play every example; each must meet its expectations
	@$(GO) build -o bin/podclock ./cmd/podclock
	@for f in $(EXAMPLES); do \
		bin/podclock simulate $$f > /dev/null || { echo "$$f failed"; exit 1; }; echo "ok  $$f"; \
	done
	$(GO) run ./cmd/podclock simulate examples/slow-start/scenario.yaml

.PHONY: check-kubelet
check-kubelet: ## compare with the packages of a real kubelet (a module of its own)
	@if [ -f conformance/kubelet/go.mod ]; then cd conformance/kubelet && $(GO) vet ./... && $(GO) test ./...; fi

.PHONY: bench
bench: ## the benchmarks of docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: golden
golden: ## rewrite golden files; commit only what you can explain
	$(GO) test ./cmd/podclock -update

.PHONY: run
run: ## play an example
	$(GO) run ./cmd/podclock simulate examples/slow-start/scenario.yaml
