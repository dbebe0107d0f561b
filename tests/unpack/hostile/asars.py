"""Hostile asar archives: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.unpack.hostile.asar_writer import a_file, archive, integrity
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.zips import NAMES

X = a_file(0, b"x")
P = a_file(0, PAYLOAD)


def case(
    name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False, entries: int = 100_000
) -> Case:
    """Return a case for the reader of asar; ``gives`` are words."""
    return Case(f"asar-{name}", "asar", why, data, frozenset(gives.split()), detail, reached, entries)


def headers() -> Iterator[Case]:
    """Headers that are wrong as a whole."""
    yield case("cut", "cut off in its header", archive({"a": P}, PAYLOAD)[:60], "corrupt", "truncated header")
    yield case("no-json", "a header that is no JSON", archive({}, text=b'{"files":{"a":'), "corrupt", "no JSON")
    yield case(
        "not-utf8", "a header that is not UTF-8", archive({}, text=b'{"files":{"\xff":{}}}'), "corrupt", "no JSON"
    )
    yield case("files-list", "files that are a list", archive([]), "corrupt", "without files")
    yield case("constant", "a number that JSON has not", archive({}, text=b'{"files":{"a":{"size":NaN}}}'), "corrupt")
    yield case(
        "nested",
        "nested 50,000 levels deep",
        archive({}, text=b'{"files":{"a":' * 50_000 + b"1" + b"}}" * 50_000),
        "too-deep",
    )
    yield case(
        "digits",
        "a number of 100,000 digits",
        archive({}, text=b'{"files":{"a":{"size":1%s}}}' % (b"0" * 100_000)),
        "corrupt",
    )
    yield case(
        "huge",
        "a header of 2 GiB",
        struct.pack("<LLLL", 4, 1 << 31, (1 << 31) - 4, (1 << 31) - 9) + b'{"files"',
        "too-large",
    )
    yield case("first", "another size of the first part", archive({"a": X}, b"x", first=8), "ambiguous", "sizes")
    yield case("sizes", "sizes of the header that differ", archive({"a": X}, b"x", grow=4), "ambiguous", "sizes")
    yield case(
        "behind-header",
        "a payload between the JSON and the first file",
        archive({"a": X}, b"x", behind=PAYLOAD),
        "hidden-data ambiguous",
        "behind the header",
        reached=True,
    )
    yield case(
        "key-twice",
        "a name twice in one object: parsers take the first or the last",
        archive({}, b"x", text=b'{"files":{"a":{"size":1,"offset":"0"},"a":{"size":1,"offset":"0"}}}'),
        "ambiguous",
        "twice",
    )


def trees() -> Iterator[Case]:
    """Entries that are wrong, and bytes that belong to none."""
    yield case(
        "gap",
        "data between files",
        archive({"a": X, "b": a_file(1 + len(PAYLOAD), b"y")}, b"x" + PAYLOAD + b"y"),
        "hidden-data",
        "between",
        reached=True,
    )
    yield case(
        "trailing",
        "data behind the last file",
        archive({"a": X}, b"x" + PAYLOAD),
        "hidden-data",
        "behind",
        reached=True,
    )
    yield case("empty-tree", "no files, but data", archive({}, PAYLOAD), "hidden-data", reached=True)
    yield case(
        "size",
        "a size beyond the file",
        archive({"a": {"size": 9000, "offset": "0"}}, PAYLOAD),
        "corrupt",
        "truncated",
        reached=True,
    )
    yield case(
        "offset",
        "an offset beyond the file",
        archive({"a": {"size": 9, "offset": "9000000"}}, PAYLOAD),
        "corrupt",
        reached=True,
    )
    yield case(
        "overlap",
        "files that overlap",
        archive({"a": a_file(0, PAYLOAD), "b": a_file(9, PAYLOAD[9:20])}, PAYLOAD),
        "ambiguous",
        "overlapping",
        reached=True,
    )
    for name, fields in (
        ("offset-number", {"size": 1, "offset": 0}),
        ("offset-hexadecimal", {"size": 1, "offset": "0x0"}),
        ("offset-negative", {"size": 1, "offset": "-1"}),
        ("size-text", {"size": "1", "offset": "0"}),
        ("size-truth", {"size": True, "offset": "0"}),
        ("size-fraction", {"size": 1.5, "offset": "0"}),
        ("no-offset", {"size": 1}),
    ):
        yield case(
            name,
            f"a wrong {name}",
            archive({"a": fields}, PAYLOAD),
            "ambiguous hidden-data",
            "without offset",
            reached=True,
        )
    yield case(
        "no-object", "an entry that is no object", archive({"a": 7}, PAYLOAD), "ambiguous", "no object", reached=True
    )
    yield case("folder-no-object", "a folder that is no object", archive({"a": {"files": 7}}), "ambiguous", "no object")
    yield case(
        "file-and-folder",
        "a file and a folder at once",
        archive({"a": {"files": {}, **P}}, PAYLOAD),
        "ambiguous",
        "at once",
        reached=True,
    )
    yield case(
        "link-and-file",
        "a link and a file at once",
        archive({"a": {"link": "b", **P}}, PAYLOAD),
        "ambiguous",
        "at once",
        reached=True,
    )
    yield case("link-number", "a link to a number", archive({"a": {"link": 7}}), "ambiguous", "without a target")
    yield case(
        "unpacked", "a file that is elsewhere", archive({"a": {"size": 9, "unpacked": True}}), "unsupported", "unpacked"
    )
    yield case(
        "unpacked-offset",
        "a file that is elsewhere, and here",
        archive({"a": {**P, "unpacked": True}}, PAYLOAD),
        "unsupported hidden-data",
        reached=True,
    )
    yield case(
        "digest",
        "another digest",
        archive({"a": {**P, "integrity": integrity(b"x")}}, PAYLOAD),
        "corrupt",
        "digest mismatch",
        reached=True,
    )
    yield case(
        "digest-block",
        "another digest of a block",
        archive({"a": {**P, "integrity": {**integrity(PAYLOAD), "blocks": ["00"]}}}, PAYLOAD),
        "corrupt",
        "block",
    )
    yield case(
        "digest-blocks",
        "too many digests",
        archive({"a": {**P, "integrity": {**integrity(PAYLOAD), "blocks": ["00"] * 9}}}, PAYLOAD),
        "corrupt",
        "number",
    )
    yield case(
        "digest-block-size",
        "blocks of nothing",
        archive({"a": {**P, "integrity": {**integrity(PAYLOAD), "blockSize": 0}}}, PAYLOAD),
        "ambiguous",
        "unknown form",
    )
    yield case(
        "digest-algorithm",
        "an unknown algorithm",
        archive({"a": {**P, "integrity": {"algorithm": "CRC", "hash": "0"}}}, PAYLOAD),
        "ambiguous",
        "unknown form",
    )
    yield case(
        "slash",
        "a slash in a name",
        archive({"a": {"files": {}}, "a/../../b": P}, PAYLOAD),
        "ambiguous unsafe-name",
        "slash",
        reached=True,
    )
    yield case(
        "slash-same",
        "a name with a slash that meets another one",
        archive({"a": {"files": {"b": X}}, "a/b": {"size": 1, "offset": "0"}}, b"x"),
        "ambiguous",
        "duplicate",
    )
    yield case(
        "surrogate",
        "half a character in a name",
        archive({}, PAYLOAD, text=b'{"files":{"\\ud800":{"size":%d,"offset":"0"}}}' % (len(PAYLOAD) - 1)),
        "hidden-data",
    )
    yield case("duplicate-case", "names that differ in case", archive({"A": X, "a": X}, b"x"), "ambiguous", "case")
    deep: dict[str, object] = {"payload": P}
    for _ in range(90):
        deep = {"d": {"files": deep}}
    yield case(
        "deep",
        "folders deeper than allowed",
        archive(deep, PAYLOAD),
        "unsafe-name hidden-data",
        "too deep",
        reached=True,
    )
    yield case("many", "more files than allowed", archive({str(n): X for n in range(40)}, b"x"), "too-many", entries=30)
    for name, stored, detail in NAMES:
        text = stored.decode()
        if "/" not in text:
            yield case(
                f"name-{name}",
                f"the name is unsafe: {detail}",
                archive({text: P}, PAYLOAD),
                "unsafe-name",
                detail,
                reached=True,
            )
    yield case(
        "name-parent",
        "the name is unsafe: parent folder",
        archive({"..": {"files": {"a": P}}}, PAYLOAD),
        "unsafe-name",
        "parent",
        reached=True,
    )


CASES = [*headers(), *trees()]
