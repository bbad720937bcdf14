# Thin aliases; every line can be typed by hand.
.PHONY: help install test format check bench notebooks docs clean

help:       ## list these words
	@grep -hE '^[a-z]+: ' $(MAKEFILE_LIST) | sed 's/:  *##/\t/' | expand -t 14
install:    ## install in editable mode, with what the tests need
	pip install -e '.[test]'
test:       ## run the tests
	pytest
format:     ## format the code and sort its imports
	ruff check --fix . && ruff format .
check:      ## check style without changing anything
	ruff check . && ruff format --check .
bench:      ## run the default benchmark
	shallow-cmr bench
notebooks:  ## execute the notebooks
	pytest tests/test_notebooks.py
docs:       ## build the documentation (extra docs) into docs/_build
	sphinx-build -W --keep-going -b html docs docs/_build/html
clean:      ## remove what builds and tests leave behind
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis shallow_cmr_results shallow_cmr_search shallow_cmr_repro docs/_build docs/api docs/results docs/methods/[A-Z]*.md docs/notebooks/*.ipynb
