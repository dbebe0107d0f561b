# Everything a person or a pipeline runs.  `make demo` and `make test` set up what they need by themselves.

PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PYTEST := $(RUN) -m pytest

.PHONY: docs dist self-release wheelhouse lock help setup system-demo system-test system-corpus demo test test-decisions test-others test-full corpus fuzz lint types messages schemas clean

help:
	@echo "make demo       set up, then release, verify and tamper with two examples"
	@echo "make test       set up, then tests, lint and types (under 15 minutes)"
	@echo "make test-full  every test, also the long ones"
	@echo "make fuzz       a short run of the fuzzers of readers, replies and programs"
	@echo "make corpus     measurements on packages from the registries, written to benchmarks/"
	@echo "make docs       build the documentation site into site/"
	@echo "make dist       build the gate's own sdist and wheel from the last commit, reproducibly"
	@echo "make self-release  release the gate by itself: SIGNING=signing.toml TRUST=trust.toml OUT=folder [TRIAL=--trial]"
	@echo "make wheelhouse  bundle what gate verify needs for closed networks (Windows, Linux, macOS), into wheelhouse/"
	@echo "make lock       hold what the action installs to its digests, after a change of dependencies"
	@echo "make messages   compile the message catalogue, write the manual pages;  make schemas  write the JSON Schemas"

# System packages, by what they are for.  Says what is missing where it may not install.
system-demo system-test system-corpus: system-%:
	@sh tools/system-packages.sh $*

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

setup: system-test $(STAMP)

demo: system-demo $(STAMP)
	$(RUN) examples/demo.py demo

lint: $(STAMP)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) tools/messages.py --check
	$(RUN) tools/schemas.py --check
	$(RUN) tools/containers_doc.py --check
	$(RUN) tools/formats_doc.py --check
	$(RUN) tools/rules_doc.py --check
	$(RUN) tools/executable_content_doc.py --check
	$(RUN) tools/changelog.py --check
	$(RUN) tools/pins.py --check
	$(RUN) tools/attacks_doc.py --check

types: $(STAMP)
	$(RUN) -m mypy

# What is checked on one core goes beside the tests of what decides; what each says comes in one piece.
test: setup
	$(MAKE) --jobs=2 --output-sync=target test-decisions lint types
	$(MAKE) test-others

# The tests that take every branch of what decides.  Only these are traced: that makes whatever runs twice as slow.
DECISIONS := tests/unit/policy tests/unit/deliver tests/unit/sealing tests/unit/verification tests/unit/test_previous.py \
	tests/unit/test_placing.py tests/unit/test_countersigning.py
# Each of two workers begins with a half, so that what a module's tests share is made once.
SHORT := $(PYTEST) -n 2 --dist worksteal -m "not full and not corpus"

test-decisions: $(STAMP)
	$(SHORT) --cov --cov-report= --cov-config=tests/decisions.coveragerc $(DECISIONS)
	$(RUN) -m coverage report --rcfile=tests/decisions.coveragerc --fail-under=100 --show-missing

test-others: $(STAMP)
	$(SHORT) --ignore=tests/corpus $(DECISIONS:%=--ignore=%)

test-full: setup lint types
	$(PYTEST) -n 2 -m "not corpus"

# Mutates hostile and sound archives under coverage guidance; FUZZ_SECONDS for each reader.
FUZZ_SECONDS ?= 30
fuzz: setup
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt '.[fuzz]'
	$(RUN) tests/fuzz/fuzz_readers.py --seconds $(FUZZ_SECONDS) zip tar
	$(RUN) tests/fuzz/fuzz_clamd_replies.py --seconds $(FUZZ_SECONDS)
	$(RUN) tests/fuzz/fuzz_lief_worker.py --seconds $(FUZZ_SECONDS)

corpus: system-corpus $(STAMP)
	$(PYTEST) -m corpus

messages: $(STAMP)
	$(RUN) tools/messages.py

schemas: $(STAMP)
	$(RUN) tools/schemas.py

# The documentation site, in both languages, into site/.
docs: $(STAMP)
	$(RUN) -m mkdocs build --strict

# The gate's own sdist and wheel, from the last commit, into dist/: the same bytes wherever they are built.
dist: $(STAMP)
	$(RUN) tools/dist.py --out dist

# Sdist and wheel examined, judged, signed and verified by the gate, under tools/release/gate.toml.
self-release: $(STAMP)
	$(RUN) tools/self_release.py --signing $(SIGNING) --trust $(TRUST) --out $(OUT) $(TRIAL)

# What recipients need on systems without a network: wheels for Windows, Linux and macOS, with digests.
wheelhouse: $(STAMP)
	$(RUN) tools/wheelhouse.py --out wheelhouse

# After a change of dependencies: what the action and the bundle for recipients install, with digests.
lock: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check uv
	sh tools/lock.sh $(RUN)
	$(RUN) tools/wheelhouse.py --lock

clean:
	rm -rf $(VENV) demo build dist site wheelhouse .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
