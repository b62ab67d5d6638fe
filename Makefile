# `make` alone prints the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## watch weeks of simulated accounts on both clouds being audited; leaves a store to explore
	cargo build --workspace --bins
	"$${CARGO_TARGET_DIR:-target}"/debug/iamwatch demo

test: ## run every test; installs what they need into .cache
	tests/run.sh

soak: ## let accounts live in bad weather; WEATHER="--seconds 3600 --seed 7", see tests/weather
	cargo build --package iamwatch-tests --bin weather
	"$${CARGO_TARGET_DIR:-target}"/debug/weather $${WEATHER:---seconds 600}

bench: ## print figures of every stage for accounts of 1 k, 10 k and 100 k things of both clouds, and write tests/bench/RESULTS.md
	cargo build --release --package iamwatch-tests --package iamwatch-simulators --package iamwatch --bins
	"$${CARGO_TARGET_DIR:-target}"/release/bench
	cargo run --release --quiet --package iamwatch-access --example scale

lint: ## check formatting, lints and the links between pages of the code
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet

reference: ## write the generated pages anew: tables, rules, examples of events, the scenario
	IAMWATCH_WRITE=1 cargo test --quiet --package iamwatch-check --package iamwatch-notify
	IAMWATCH_WRITE=1 cargo test --quiet --package iamwatch-tests --test suite -- conventions scenarios

diagrams: ## draw the tables of each cloud into target/diagrams, an SVG each; installs the browser for it into .cache
	tests/reports/install.sh
	mkdir -p target/diagrams
	SVG=target/diagrams IAMWATCH_REPORT_TOOLS="$(CURDIR)/.cache/reports" node tests/reports/mermaid.mjs shared/model/tables/ibm.md shared/model/tables/huawei.md > /dev/null
	@ls target/diagrams/*.svg

pictures: ## draw the pictures that the README shows, from a demo's store; installs the browser for it into .cache
	cargo build --workspace --bins
	tests/reports/pictures.sh "$${CARGO_TARGET_DIR:-target}"/debug/iamwatch shared/serve/pictures

package: ## build the Lambda functions for arm64
	PATH="$$(tests/tools.sh):$$PATH" cargo lambda build --profile deploy --arm64 --package iamwatch-audit --package iamwatch-history-function

WEATHER ?=
export WEATHER

.PHONY: help demo test soak bench lint reference diagrams pictures package
