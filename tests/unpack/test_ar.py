"""``ar`` archives and Debian packages: what is hostile about them is told, what is honest reads without a word."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.intake.readers.interface import Member, Stored, Trouble
from tests.unpack.case_kit import hold
from tests.unpack.hostile.ar_writer import archive, bsd, entry, names, package
from tests.unpack.hostile.ars import CASES
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.reader_kit import labels_of, read_bytes, read_file
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

TEXT = b"an honest text\n" * 20
SYMBOLS = entry(b"/", bytes(4), mode=b"0")
LONG = b"a-name-of-more-than-sixteen-bytes.o"

HONEST: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gnu": ("ar", lambda: archive(entry(b"a.txt/", TEXT), entry(b"b.txt/", b"odd"))),
    "common": ("ar", lambda: archive(entry(b"a.txt", TEXT))),
    "gnu-long": ("ar", lambda: archive(SYMBOLS, names(b"first-of-two-long-names", LONG), entry(b"/25", TEXT))),
    "microsoft-long": (
        "ar",
        lambda: archive(SYMBOLS, SYMBOLS, entry(b"//", LONG + b"\0"), entry(b"/0", TEXT), entry(b"/0", TEXT)),
    ),
    "microsoft-no-date": (
        "ar",
        lambda: archive(
            entry(b"/", bytes(4), mode=b"0", numbers=(b"-1", b"", b"")),
            entry(b"a.obj/", TEXT, numbers=(b"-1", b"", b"")),
        ),
    ),
    "arm64ec": ("ar", lambda: archive(SYMBOLS, entry(b"/<ECSYMBOLS>/", bytes(4)), entry(b"a/", TEXT))),
    "bsd-long": ("ar", lambda: archive(bsd(LONG, TEXT, padding=5))),
    "bsd-symbols": ("ar", lambda: archive(bsd(b"__.SYMDEF SORTED", bytes(8)), entry(b"a", TEXT), entry(b"a", TEXT))),
    "nothing": ("ar", archive),
    "no-last-padding": ("ar", lambda: archive(entry(b"a/", b"odd", padding=b""))),
    "package": ("deb", package),
    "package-signed": ("deb", lambda: package(entry(b"_gpgorigin", b"-----BEGIN PGP SIGNATURE-----\n"))),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(case: Case) -> None:
    hold(case)


@pytest.mark.parametrize("name", HONEST)
def test_honest(name: str) -> None:
    label, make = HONEST[name]
    assert labels_of(make()) == (label,)
    assert read_bytes(make(), label).all_troubles == []


@pytest.mark.parametrize("name", ["gnu-long", "bsd-long"])
def test_long_names(name: str) -> None:
    reading = read_bytes(HONEST[name][1](), "ar")
    assert bytes(reading.named(LONG).content) == TEXT


def test_tables_are_looked_at() -> None:
    reading = read_bytes(HONEST["gnu-long"][1](), "ar")
    assert bytes(reading.named(b"names-1").content) == b"first-of-two-long-names/\n" + LONG + b"/\n"
    assert reading.named(b"symbols-1").member.made_up


def test_members_of_one_name_are_told_apart_only_by_a_table_of_symbols() -> None:
    twice = [entry(b"a.o/", TEXT), entry(b"a.o/", PAYLOAD)]
    assert read_bytes(archive(SYMBOLS, *twice), "ar").all_troubles == []
    assert read_bytes(archive(*twice), "ar").gives == {"ambiguous"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name, content in {"a.txt": TEXT, "odd": b"1", "empty": b"", LONG.decode(): TEXT, "b c.txt": b"x"}.items():
        (root / name).write_bytes(content)
    return root


@pytest.mark.parametrize(
    "argv",
    [
        ["ar", "rcS", "OUT"],
        ["ar", "rcD", "OUT"],
        ["bsdtar", "--format", "arbsd", "-cf", "OUT"],
        ["bsdtar", "--format", "argnu", "-cf", "OUT"],
    ],
    ids=["gnu", "gnu-deterministic", "bsdtar-bsd", "bsdtar-gnu"],
)
def test_writers(argv: list[str], tree: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.a"
    files = sorted(os.listdir(tree))  # noqa: PTH208  # names, as the writers get them
    if "argnu" in argv:  # bsdtar writes no table of names
        files.remove(LONG.decode())
    subprocess.run([str(target) if part == "OUT" else part for part in argv] + files, cwd=tree, check=True)
    reading = read_file(target, "ar")
    assert reading.all_troubles == []
    assert reading.files == {name.encode(): hashlib.sha256((tree / name).read_bytes()).hexdigest() for name in files}


def test_a_library_of_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int answer(void) { return 42; }\n")
    subprocess.run(["cc", "-c", "a.c", "-o", "a.o"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "rcs", "liba.a", "a.o"], cwd=tmp_path, check=True)
    reading = read_file(tmp_path / "liba.a", "ar")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"a.o").content) == (tmp_path / "a.o").read_bytes()
    assert reading.named(b"symbols-1").size


@pytest.mark.parametrize("compression", ["gzip", "xz", "zstd", "none"])
def test_packages_of_dpkg(compression: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n"
    )
    (root / "payload").write_bytes(TEXT)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", f"-Z{compression}", "-b", str(root), str(tmp_path / "x.deb")],
        check=True,
        capture_output=True,
    )
    data = (tmp_path / "x.deb").read_bytes()
    assert labels_of(data) == ("deb",)
    reading = read_bytes(data, "deb")
    assert reading.all_troubles == []
    (inner,) = [seen for seen in reading.seen if seen.member.name.startswith(b"data.tar")]
    (label,) = labels_of(bytes(inner.content))
    assert bytes(read_bytes(bytes(inner.content), label).named(b"./payload").content) == TEXT


@pytest.mark.parametrize("label", ["ar", "deb"])
def test_in_a_worker(label: str) -> None:
    worker = worker_for(label)
    try:
        events = events_of(worker, label, package())
        assert next(event.name for event in events if isinstance(event, Member)) == b"debian-binary"
        assert any(isinstance(event, Stored) for event in events)
        for case in CASES:
            if case.label == label:
                assert (
                    any(isinstance(event, Trouble) for event in events_of(worker, label, case.data))
                    or case.entries < 99
                )
    finally:
        worker.close()
