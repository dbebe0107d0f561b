"""Every key of a TOML file is found on its line, whatever strings and tables stand around it."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.policy.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

STEADY = settings(deadline=None, derandomize=True)

TEXT = '''\
# a comment with [brackets] and "quotes"
top = "x" # [not.a.table]
[plain]
one = 1
"quoted key" = """
[fake]
fake = 1
\\""" still inside """
'literal.key' = \'\'\'
[fake2]
it's ''quoted'' \'\'\'\'\'
dotted.inner . deep = 2026-01-01
[plain.sub]  # comment
a = [ # comment ]
  "x]", '[y', # }
  [1, 2,
   3],
  { b = 1, c = { d = "}" } },
]
empty = []
none = {}
[[list]]
k = true
[[list.inner]]
z = 1.5e3
[[list]]
k = 07:32:00
[list.inner]
z = "tail" \r
[[list.more]]
[[list.more]]
q = -inf
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("plain",), 3),
        (("plain", "one"), 4),
        (("plain", "quoted key"), 5),
        (("plain", "literal.key"), 9),
        (("plain", "dotted", "inner", "deep"), 12),
        (("plain", "dotted"), 12),
        (("plain", "sub"), 13),
        (("plain", "sub", "a"), 14),
        (("plain", "sub", "a", 1), 15),
        (("plain", "sub", "a", 2, 2), 17),
        (("plain", "sub", "a", 3, "c", "d"), 18),
        (("plain", "sub", "empty"), 20),
        (("plain", "sub", "none"), 21),
        (("list",), 22),
        (("list", 0, "k"), 23),
        (("list", 0, "inner", 0, "z"), 25),
        (("list", 1), 26),
        (("list", 1, "k"), 27),
        (("list", 1, "inner", "z"), 29),
        (("list", 1, "more", 1, "q"), 32),
        (("list", 1, "more", 1, "absent"), 31),
        (("list", 1, "absent", "deeper"), 26),
        (("absent",), 1),
        ((), 1),
    ],
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert Places(TEXT).line(path) == line


def test_a_table_after_its_own_parts_has_its_own_line() -> None:
    places = Places("[a.b]\nx = 1\n[a]\ny = 2\n")
    assert places.line(("a",)) == 3
    assert places.line(("a", "b")) == 1


# --- any document -------------------------------------------------------------------------------------------------

KEYS = st.text(alphabet="ab.-[]\"'# é", min_size=1, max_size=4)
SCALARS: st.SearchStrategy[Any] = (
    st.integers(-5, 5) | st.booleans() | st.text(alphabet="ab[]{}#=,'\"\\\n é", max_size=6) | st.just(date(2026, 1, 1))
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=3)
DOCUMENTS = st.dictionaries(KEYS, TABLES | st.lists(TABLES, min_size=1, max_size=3), max_size=4)


def inline(value: Any, lines: bool) -> str:  # any TOML value
    """Write a value; ``lines`` spreads arrays and long strings over several."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        if lines and "'''" not in value and not value.endswith("'") and "\r" not in value:
            return f"'''\n{value}'''"
        return json.dumps(value)
    if isinstance(value, list):
        joint = ",\n# ]\n" if lines else ", "
        return f"[{joint.join(inline(each, lines) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(each, lines)}" for key, each in value.items()) + "}"
    return str(value)


def written(document: dict[str, Any], lines: bool) -> str:
    out = ""
    for name, content in document.items():
        for table in content if isinstance(content, list) else [content]:
            out += f"[[{json.dumps(name)}]]\n" if isinstance(content, list) else f"[{json.dumps(name)}]\n"
            out += "".join(f"{json.dumps(key)} = {inline(value, lines)}\n" for key, value in table.items())
    return out


def paths(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # as above
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*before, key)
        yield from paths(inner, (*before, key))


@STEADY
@given(DOCUMENTS, st.booleans())
def test_every_key_of_any_document_is_on_the_line_that_it_is_written_on(document: dict[str, Any], lines: bool) -> None:
    text = written(document, lines)
    data = tomllib.loads(text)
    places = Places(text)
    rows = text.split("\n")
    for path in paths(data):
        key = path[-1]
        if isinstance(key, str):
            assert json.dumps(key) in rows[places.line(path) - 1], (path, text)
    assert {path for path in places._lines if path} == set(paths(data))
