"""Which names are unsafe, and which meet in one place, whatever bytes they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.intake.readers.interface import Options
from gate.intake.readers.names import NameRegister, comparison_key, unsafe
from tests.unpack.hostile.zips import NAMES

OPTIONS = Options()
SAFE = (
    b"a",
    b"./",
    b".",
    b"./a/b.txt",
    b"folder/",
    b".gitignore",
    b"a..b",
    b"...x",
    b"a/b",
    b"Foo::Bar.3pm",
    b"console",
    b"com",
    b"com10",
    b"nullable.txt",
    b"prn1",
    "表示/ソ.txt".encode("cp932"),
    "仕様書".encode("euc_jp"),
    b"caf\xe9",
    b"caf\x82",
    "e\u0301".encode(),
    "👩\u200d💻.txt".encode(),
    b"a b",
    b"~x",
    b"a&b'c",
)


@pytest.mark.parametrize("name", SAFE)
def test_honest_names(name: bytes) -> None:
    assert unsafe(name, OPTIONS) == ""


@pytest.mark.parametrize(("name", "detail"), [(name, detail) for _, name, detail in NAMES])
def test_unsafe_names(name: bytes, detail: str) -> None:
    assert detail in unsafe(name, OPTIONS)


def test_a_backslash_is_found_in_the_text_and_not_in_the_bytes() -> None:
    assert b"\\" in "ソ".encode("cp932")
    assert unsafe("ソ.txt".encode("cp932"), OPTIONS) == ""
    assert "backslash" in unsafe("ソ\\..\\x".encode("cp932"), OPTIONS)


def test_limits_are_those_of_the_options() -> None:
    assert unsafe(b"abc/d", Options(name_bytes=5, name_depth=2)) == ""
    assert "too long" in unsafe(b"abc/de", Options(name_bytes=5, name_depth=2))
    assert "too deep" in unsafe(b"a/b/c", Options(name_depth=2))
    assert unsafe(b"a/b/", Options(name_depth=2)) == ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"a", b"A"),
        (b"a", b"./a"),
        (b"a/b", b"a//b"),
        (b"a/b", b"a/./b"),
        ("ガ".encode(), "カ\u3099".encode()),
        ("ß".encode(), b"SS"),
        ("ｶ".encode("cp932"), "ｶ".encode()),
        ("İ".encode(), "i̇".encode()),
    ],
)
def test_names_that_are_one(first: bytes, second: bytes) -> None:
    assert comparison_key(first) == comparison_key(second)


@pytest.mark.parametrize(("first", "second"), [(b"a", b"b"), (b"a/b", b"ab"), (b"\xff", b"\xfe"), (b"a", b"a.txt")])
def test_names_that_are_two(first: bytes, second: bytes) -> None:
    assert comparison_key(first) != comparison_key(second)


def test_a_register_tells_what_meets() -> None:
    names = NameRegister(OPTIONS)
    assert names.add(b"a/", folder=True) == ""
    assert names.add(b"A/", folder=True) == "", "a folder holds no bytes of its own"
    assert names.add(b"a", folder=False) == "file and folder of one name"
    assert names.add(b"b", folder=False) == ""
    assert names.add(b"b", folder=False) == "duplicate name"
    assert names.add(b"B", folder=False) == "same name but for case or form"


@pytest.mark.parametrize(
    ("names", "shadowed"),
    [
        ([b"a", b"a/b"], True),
        ([b"A", b"a/b/c"], True),
        ([b"a/b/c", b"a/b"], True),
        ([b"a", b"ab"], False),
        ([b"a/b", b"a/c"], False),
        ([], False),
    ],
)
def test_a_register_knows_members_below_a_file(names: list[bytes], shadowed: bool) -> None:  # a case
    register = NameRegister(OPTIONS)
    for name in names:
        register.add(name, folder=False)
    assert register.shadowed() is shadowed


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_any_bytes_can_be_a_name(name: bytes) -> None:
    assert unsafe(name, OPTIONS).isascii()
    assert comparison_key(name) == comparison_key(b"./" + name) or name.startswith(b"/")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["../", "/..", "\\", "\0", "\n", "\u202e"]),
    st.text(st.characters(codec="utf-8"), max_size=10),
)
def test_nothing_around_them_hides_unsafe_parts(before: str, part: str, after: str) -> None:
    name = f"{before}/../{after}" if ".." in part else before + part + after
    assert unsafe(name.encode(), OPTIONS)
