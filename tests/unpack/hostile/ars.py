"""Hostile ``ar`` archives and Debian packages: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unpack.hostile.ar_writer import MAGIC, THIN, archive, bsd, entry, names, package, tar
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.zips import NAMES

PLAIN = entry(b"a.txt/", b"harmless\n")
BINARY = entry(b"debian-binary", b"2.0\n")
CONTROL = entry(b"control.tar.gz", tar({"./control": b"Package: x\n"}))
DATA = entry(b"data.tar.gz", tar({"./x": b"y"}))


def case(
    name: str,
    why: str,
    data: bytes,
    gives: str,
    detail: str = "",
    *,
    reached: bool = False,
    label: str = "ar",
    entries: int = 100_000,
) -> Case:
    """Return a case for the reader of ``ar``; ``gives`` are words."""
    return Case(f"{label}-{name}", label, why, data, frozenset(gives.split()), detail, reached, entries)


def records() -> Iterator[Case]:
    """Headers that are wrong, and bytes that belong to no member."""
    yield case(
        "trailing",
        "data behind the last member",
        archive(PLAIN) + PAYLOAD,
        "hidden-data",
        "no member header",
        reached=True,
    )
    yield case("trailing-short", "a few bytes behind the last member", archive(PLAIN) + b"\x7fELF", "hidden-data")
    for name, broken in (
        ("end", entry(b"b/", PAYLOAD, end=b"??")),
        ("size", entry(b"b/", PAYLOAD, size_field=b"-156")),
        ("size-hexadecimal", entry(b"b/", PAYLOAD, size_field=b"0x9c")),
        ("size-blank", entry(b"b/", PAYLOAD, size_field=b"")),
        ("mode", entry(b"b/", PAYLOAD, mode=b"rwxr")),
        ("date", entry(b"b/", PAYLOAD, numbers=(b"never", b"0", b"0"))),
        ("date-negative", entry(b"b/", PAYLOAD, numbers=(b"-2", b"0", b"0"))),
        ("date-indented", entry(b"b/", PAYLOAD, numbers=(b" -1", b"0", b"0"))),
        ("owner-negative", entry(b"b/", PAYLOAD, numbers=(b"-1", b"-1", b"0"))),
    ):
        yield case(
            f"field-{name}", f"a header with a wrong {name}", archive(PLAIN, broken), "hidden-data", reached=True
        )
    yield case(
        "cut", "cut off in a member", archive(entry(b"a/", PAYLOAD * 2))[:-9], "corrupt", "truncated", reached=True
    )
    yield case("cut-head", "cut off in a header", archive(PLAIN, PLAIN)[: len(MAGIC) + len(PLAIN) + 30], "hidden-data")
    yield case(
        "size-huge", "a size beyond the file", archive(entry(b"a/", PAYLOAD, size=10**9)), "corrupt", reached=True
    )
    yield case(
        "padding",
        "a byte that is no padding",
        archive(entry(b"a/", b"odd", padding=b"!"), PLAIN),
        "ambiguous",
        "padding",
    )
    yield case("setuid", "a file that runs as its owner", archive(entry(b"su/", b"xx", mode=b"104755")), "special-file")
    yield case("device", "the mode of a device", archive(entry(b"d/", b"xx", mode=b"20644")), "ambiguous", "mode")
    yield case("many", "more members than allowed", archive(PLAIN * 40), "too-many", entries=30)
    yield case(
        "thin",
        "a thin archive: its members are elsewhere",
        archive(names(b"lib/long-name-of-a-file.o"), entry(b"/0", size=500), magic=THIN),
        "unsupported",
        "thin",
    )


def tables() -> Iterator[Case]:
    """Names, and the tables of names and symbols."""
    yield case(
        "name-missing", "a name that the table does not have", archive(names(b"a"), entry(b"/90", b"xx")), "ambiguous"
    )
    yield case(
        "name-no-table", "a name in a table that is not there", archive(entry(b"/0", b"xx")), "ambiguous", "table"
    )
    yield case(
        "name-table-twice",
        "two tables of names",
        archive(names(b"good-name-of-a-file"), names(b"evil-name-of-a-file"), entry(b"/0", PAYLOAD)),
        "ambiguous",
        "second",
        reached=True,
    )
    yield case(
        "name-table-late",
        "a table of names behind members",
        archive(PLAIN, names(b"x" * 20)),
        "ambiguous",
        "late table",
    )
    yield case(
        "name-longer", "a name longer than its member", archive(entry(b"#1/90", b"short")), "ambiguous", "longer"
    )
    yield case(
        "name-payload",
        "a payload in a name",
        archive(bsd(b"n" * 2000 + PAYLOAD, b"xx")),
        "hidden-data unsafe-name",
        "data in a name",
        reached=True,
    )
    yield case(
        "symbols-late",
        "a table of symbols behind members",
        archive(PLAIN, entry(b"/", bytes(4))),
        "ambiguous",
        "symbol",
    )
    yield case("duplicate", "two members of one name", archive(PLAIN, PLAIN), "ambiguous", "duplicate")
    yield case(
        "duplicate-case",
        "names that differ in case",
        archive(entry(b"A/", b"x"), entry(b"a/", b"y")),
        "ambiguous",
        "case",
    )
    yield case(
        "duplicate-symbols-case",
        "names that differ in case, in an archive with symbols",
        archive(entry(b"/", bytes(4)), entry(b"A/", b"x"), entry(b"a/", b"y")),
        "ambiguous",
        "case",
    )
    for name, stored, detail in NAMES:
        if name not in {"empty", "newline"}:
            yield case(
                f"name-{name}",
                f"the name is unsafe: {detail}",
                archive(bsd(stored, PAYLOAD)),
                "unsafe-name",
                detail,
                reached=True,
            )


def packages() -> Iterator[Case]:
    """Debian packages that are none."""

    def deb(name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False) -> Case:
        return case(name, why, data, gives, detail, reached=reached, label="deb")

    yield deb("trailing", "data behind the last member", package() + PAYLOAD, "hidden-data", reached=True)
    yield deb(
        "extra",
        "a member that dpkg ignores",
        package(entry(b"payload.exe", PAYLOAD)),
        "hidden-data",
        "ignores",
        reached=True,
    )
    yield deb(
        "two-datas",
        "two data members: dpkg takes the first",
        package(entry(b"data.tar.xz", PAYLOAD)),
        "hidden-data",
        reached=True,
    )
    yield deb("data-first", "data before control", archive(BINARY, DATA, CONTROL), "ambiguous hidden-data", "order")
    yield deb("no-data", "no data member", archive(BINARY, CONTROL), "ambiguous", "order")
    yield deb(
        "unknown-compression",
        "a compression that dpkg does not know",
        archive(BINARY, CONTROL, entry(b"data.tar.lz", PAYLOAD)),
        "ambiguous hidden-data",
        reached=True,
    )
    yield deb(
        "version",
        "another version of the format",
        archive(entry(b"debian-binary", b"3.0\n"), CONTROL, DATA),
        "unsupported",
        "unknown format",
    )
    yield deb(
        "duplicate", "a member twice", package(entry(b"_x", b"1\n"), entry(b"_x", b"2\n")), "ambiguous", "duplicate"
    )
    yield deb("cut", "cut off in its data", package()[:-20], "corrupt", "truncated")


CASES = [*records(), *tables(), *packages()]
