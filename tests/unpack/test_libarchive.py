"""What of libarchive is used: the bytes of one format, and nothing that it says of them."""

from __future__ import annotations

import os
import subprocess

import pytest

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source
from gate.intake.readers.libarchive_data import LibArchive, installed
from gate.intake.readers.registry import READERS
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.rar_writer import archive4, archive5, file4, file5
from tests.unpack.hostile.tar_writer import END, member
from tests.unpack.reader_kit import labels_of


def first(data: bytes, form: str) -> tuple[int, bytes]:
    """Return size and content of the first entry as libarchive has them."""
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, data)
        library = LibArchive(Source(descriptor), form)
        try:
            return library.next(), b"".join(library.data())
        finally:
            library.close()
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("form", "data"),
    [("rar5", archive5([file5(b"a", PAYLOAD)])), ("rar", archive4([file4(b"a", PAYLOAD)]))],
    ids=["rar5", "rar"],
)
def test_bytes_of_the_format_asked_for(form: str, data: bytes) -> None:
    assert installed()
    assert first(data, form) == (len(PAYLOAD), PAYLOAD)


@pytest.mark.parametrize("form", ["rar5", "rar"])
def test_no_other_format_is_guessed(form: str) -> None:
    tar = member(b"a", PAYLOAD) + END
    for data in (tar, subprocess.run(["gzip", "-c"], input=tar, check=True, capture_output=True).stdout, b""):
        with pytest.raises(Damaged, match="libarchive: "):
            first(data, form)


def test_a_filter_around_the_format_is_not_taken_off() -> None:
    packed = subprocess.run(
        ["gzip", "-c"], input=archive5([file5(b"a", PAYLOAD)]), check=True, capture_output=True
    ).stdout
    with pytest.raises(Damaged, match="libarchive: "):
        first(packed, "rar5")


def test_files_of_lzop_have_a_label_and_no_reader() -> None:
    data = subprocess.run(["lzop", "-c"], input=PAYLOAD, check=True, capture_output=True).stdout
    assert labels_of(data) == ("lzop",)
    assert "lzop" not in READERS  # so that intake makes them a gap
