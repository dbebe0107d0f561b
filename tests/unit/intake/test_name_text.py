"""What a person reads of names in old Japanese encodings."""

from __future__ import annotations

import pytest

from gate.intake.name_text import NameText, read_name

NAMES = [
    "仕様書.txt",
    "設計書/第一章.docx",
    "データ.csv",
    "納品物一覧.xls",
    "ソース.c",
    "画像/写真１.jpg",
    "能力十.pdf",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("codec", "encoding"), [("cp932", "cp932"), ("euc_jp", "euc-jp")])
def test_japanese_names_are_read_in_their_encoding(name: str, codec: str, encoding: str) -> None:
    assert read_name(name.encode(codec)) == NameText(name, encoding)


@pytest.mark.parametrize("name", [b"plain.txt", "仕様書.txt".encode(), "é.txt".encode(), b""])
def test_utf8_needs_no_second_reading(name: bytes) -> None:
    assert read_name(name, declared_old=True) == NameText()


def test_half_width_katakana_stay_cp932() -> None:
    assert read_name("ﾃｽﾄ.txt".encode("cp932")) == NameText("ﾃｽﾄ.txt", "cp932")


def test_old_western_names_only_where_the_container_says_that_they_are_old() -> None:
    name = b"caf\x82.txt"  # in CP932 the second byte of a pair would be a full stop, which is none
    assert read_name(name, declared_old=True) == NameText("café.txt", "cp437")
    assert read_name(name) == NameText("caf%82.txt", "unknown")


def test_what_is_decoded_is_escaped_like_a_path() -> None:
    assert read_name("表!\n%\u202e.txt".encode("utf-16-le")).encoding != ""
    assert read_name("表\n!.txt".encode("cp932")) == NameText("表%0A%21.txt", "cp932")
