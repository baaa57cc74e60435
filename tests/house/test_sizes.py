"""Files, functions and templates stay small enough to be read whole."""

import ast

from tests.house.sources import (
    FRAGMENTS,
    PAGES,
    PORTAL,
    PYTHON,
    functions,
    is_view,
    length,
    lines_of,
    named,
)

FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "service.py"}


def _too_long(paths, limit):
    return {named(path): len(lines_of(path)) for path in paths if len(lines_of(path)) > limit}


def _long_functions(paths, limit, wanted):
    return {
        f"{named(path)}:{function.name}": length(function)
        for path in paths
        for function in functions(path)
        if wanted(function) and length(function) > limit
    }


def test_no_file_is_longer_than_300_lines():
    assert _too_long(PYTHON, 300) == {}


def test_no_function_is_longer_than_40_lines():
    assert _long_functions(PYTHON, 40, lambda function: True) == {}


def test_no_view_is_longer_than_20_lines():
    assert _long_functions(PORTAL, 20, is_view) == {}


def test_no_test_is_longer_than_25_lines():
    tests = [path for path in PYTHON if path.name.startswith("test_")]

    assert _long_functions(tests, 25, lambda function: function.name.startswith("test_")) == {}


def test_no_page_is_longer_than_120_lines():
    assert _too_long(PAGES, 120) == {}


def test_no_fragment_is_longer_than_60_lines():
    assert _too_long(FRAGMENTS, 60) == {}


def test_every_module_has_a_noun_for_a_name():
    assert [named(path) for path in PYTHON if path.name in FORBIDDEN_NAMES] == []


def test_every_module_begins_by_saying_what_it_is():
    said = {path: ast.get_docstring(ast.parse(path.read_text())) for path in PORTAL}
    silent = [path for path, text in said.items() if not text and path.name != "__init__.py"]

    assert [named(path) for path in silent] == []


def test_opt_outs_fit_the_budget_and_each_says_why():
    marks = [
        line.strip()
        for path in PORTAL
        for line in lines_of(path)
        if "# noqa" in line or "# type: ignore" in line
    ]
    bare = [mark for mark in marks if " - " not in mark and "]  # " not in mark]

    assert bare == []
    assert len(marks) <= 10
