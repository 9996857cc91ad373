# Two commands are all the set-up on a machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# The same suite, in the parts that mean something on every Keras backend.
BACKENDS := jax torch
# Two files of tests at a time where there are two cores; each process takes up to 3 GB.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

.PHONY: demo test test-backends web docs lint clean

demo: .venv/installed
	$(BIN)/python benchmarks/demo.py demo_output

test: lint
	$(PYTEST)

test-backends: .venv/backends
	for backend in $(BACKENDS); do KERAS_BACKEND=$$backend $(PYTEST) -m backend || exit 1; done

# The page of `cscfuse serve`, into the package's data; needs Node.js.
web: .venv/tested
	$(BIN)/python web/prepare.py web/public
	cd web && npm ci --no-audit --no-fund && npm run check && npm test && npm run build
	rm -rf cscfuse_keras/web
	cp -R web/dist cscfuse_keras/web

# The documentation, into site/; its pictures are what its own examples make.
docs: .venv/documented
	rm -rf build/docs-pictures
	$(BIN)/python docs/tools/pictures.py build/docs-pictures
	$(BIN)/python -m mkdocs build

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# The tests read the release's file format, which takes PyTorch (CPU build, pinned).
.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[test]' torch==2.13.0
	touch $@

.venv/documented: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[docs,openvino]'
	touch $@

.venv/backends: .venv/tested
	$(BIN)/python -m pip install --quiet --editable '.[jax]'
	touch $@

clean:
	rm -rf .venv demo_output
