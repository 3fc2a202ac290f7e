# Each target is a line or two that calls the real tool. Ports: make up PAYDESK_AWS_PORT=4666 PAYDESK_SANDBOX_PORT=4670
.DEFAULT_GOAL := help
.PHONY: help up down demo chat test dev sizes costs package fmt lint template openapi doctor

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: ## builds, deploys to an emulated AWS, starts the sandbox; safe to run again
	@python3 infra/local/up.py

down: ## stops what `make up` started
	@python3 infra/local/down.py

demo: ## the main job, step by step; starts the stack when it is down
	@python3 infra/local/up.py --if-down
	@cargo run -q --bin demo

chat: ## talks to the bot in the terminal; CHAT=4242 is who you are at Telegram; starts the stack when it is down
	@python3 infra/local/up.py --if-down
	@cargo run -q --bin chat

test: ## everything: format, lints, unit, wire, story, house, templates, end to end, what was logged
	@python3 infra/local/test.py

dev: ## edit loop: the deployed stack, with every function served by `cargo lambda watch`
	@python3 infra/local/dev.py

sizes: ## release build; fails when a function is over its size budget
	@python3 infra/local/sizes.py

costs: ## CPU and memory of each function against their budgets; needs the stack
	@python3 infra/local/costs.py

package: ## builds the functions for a real account: make package STAGE=prod, then sam deploy --config-env prod
	@python3 infra/local/package.py $(or $(STAGE),prod)

fmt: ## formats the code
	@cargo fmt --all

lint: ## rustfmt and clippy, as in `make test`
	@python3 infra/local/test.py format clippy

template: ## lints the templates, as in `make test`
	@python3 infra/local/test.py templates

openapi: ## writes docs/openapi.json anew, from the code
	@UPDATE_OPENAPI=1 cargo test -q --workspace --exclude e2e --bin billing-api --bin billz-api --bin bonus-api --bin chat-api --bin notification-api --bin sms-api the_checked_in_document

doctor: ## checks the local deployment
	@cargo run -q --bin ops -- doctor
