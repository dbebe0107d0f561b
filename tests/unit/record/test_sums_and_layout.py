"""``SHA256SUMS`` for stock tools, and the places of a release folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gate.record import layout
from gate.record.sums import render_sums

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [b"plain", b" lead", b"back\\slash", b"line\nend", b"return\r", b"*star", b"\xff", "納品".encode()]


def test_sha256sum_reads_any_name(tmp_path: Path) -> None:
    digests = {}
    for name in HOSTILE:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
        digests[name] = hashlib.sha256(name).hexdigest()
    sums = render_sums(digests)
    done = subprocess.run(["sha256sum", "--strict", "--check", "-"], input=sums, cwd=tmp_path, capture_output=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == len(HOSTILE)
    (tmp_path / "plain").write_bytes(b"changed")
    done = subprocess.run(["sha256sum", "--strict", "--check", "-"], input=sums, cwd=tmp_path, capture_output=True,
                          check=False)  # fmt: skip
    assert done.returncode == 1


def test_sums_are_what_sha256sum_writes(tmp_path: Path) -> None:
    names = sorted(HOSTILE)
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    digests = {name: hashlib.sha256(name).hexdigest() for name in names}
    written = subprocess.run(["sha256sum", "--", *names], cwd=tmp_path, capture_output=True, check=True).stdout
    assert render_sums(digests) == written


def test_signatures_lie_beside_what_is_in_gate_and_else_together() -> None:
    places = {
        "gate/record.intoto.json": "gate/record.intoto.json.asc",
        "gate/SHA256SUMS": "gate/SHA256SUMS.asc",
        "payload/a.zip": "gate/signatures/a.zip.asc",
        "payload/a.list": "gate/signatures/a.list.asc",
        "gate/files/site.list": "gate/signatures/site.asc",
        "gate/files/x.list.list": "gate/signatures/x.list.asc",
    }
    assert {signed: layout.signature_path(signed, ".asc") for signed in places} == places


def test_paths_on_disk_are_not_escaped() -> None:
    assert layout.on_disk("payload/a%21%FF.zip") == b"payload/a!\xff.zip"
    with pytest.raises(ValueError, match="%41"):
        layout.on_disk("payload/%41")


def test_unfinished_releases_have_a_name_of_their_own() -> None:
    name = layout.partial_name("納品" * 100)
    assert len(name.encode()) < 255
    assert layout.is_partial(name)
    assert layout.partial_name("a") != layout.partial_name("a")
    assert not layout.is_partial("release.partial-1")
    assert not layout.is_partial(".release")
