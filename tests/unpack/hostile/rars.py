"""Hostile RAR archives of both formats: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.rar_writer import (
    END5,
    MAGIC4,
    MAGIC5,
    MAIN4,
    NORMAL,
    archive4,
    archive5,
    block4,
    block5,
    file4,
    file5,
    number,
    record,
    redirection,
)
from tests.unpack.hostile.zips import NAMES


def case(
    name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False, entries: int = 100_000
) -> Case:
    """Return a case for the reader of RAR; ``gives`` are words."""
    return Case(f"rar{name}", "rar", why, data, frozenset(gives.split()), detail, reached, entries)


def both() -> Iterator[Case]:
    """What can be wrong in both formats."""
    for form, archive, file, end in (("5", archive5, file5, END5), ("4", archive4, file4, b"")):
        plain = file(b"a.txt", b"harmless\n")
        yield case(
            f"{form}-trailing",
            "data behind the end",
            archive([plain]) + PAYLOAD,
            "hidden-data",
            "behind the end",
            reached=True,
        )
        yield case(
            f"{form}-cut",
            "cut off in a member",
            archive([file(b"a", PAYLOAD * 2)])[: -len(end) - 30],
            "corrupt",
            reached=True,
        )
        yield case(
            f"{form}-cut-head",
            "cut off in a header",
            archive([plain, file(b"b" * 90, b"x")])[:120],
            "corrupt",
            "block header",
        )
        yield case(
            f"{form}-crc",
            "a wrong checksum",
            archive([file(b"a", PAYLOAD, crc=7)]),
            "corrupt",
            "checksum",
            reached=True,
        )
        yield case(
            f"{form}-size", "a wrong size", archive([file(b"a", PAYLOAD, size=9)]), "corrupt", "size", reached=True
        )
        yield case(
            f"{form}-packed-noise",
            "packed data that is none",
            archive([file(b"a", PAYLOAD, method=NORMAL, size=4000)]),
            "unsupported" if form == "5" else "corrupt",
            "libarchive",
        )
        yield case(f"{form}-duplicate", "two members of one name", archive([plain, plain]), "ambiguous", "duplicate")
        yield case(
            f"{form}-duplicate-case",
            "names that differ in case",
            archive([file(b"A"), file(b"a")]),
            "ambiguous",
            "case",
        )
        yield case(
            f"{form}-many",
            "more members than allowed",
            archive([file(b"%d" % n) for n in range(40)]),
            "too-many",
            entries=30,
        )
        yield case(
            f"{form}-setuid",
            "a file that runs as its owner",
            archive([file(b"su", b"x", attributes=0o104755)]),
            "special-file",
        )
        for name, stored, detail in NAMES:
            # In the old format a backslash separates; what it leads to is judged.
            if form == "5" or "backslash" not in detail:
                yield case(
                    f"{form}-name-{name}",
                    f"the name is unsafe: {detail}",
                    archive([file(stored, PAYLOAD)]),
                    "unsafe-name",
                    detail,
                    reached=True,
                )


def five() -> Iterator[Case]:
    """What can be wrong in RAR 5."""
    plain = file5(b"a.txt", b"harmless\n")
    encrypted = record(1, bytes(40))
    yield case("5-encrypted", "an encrypted member", archive5([file5(b"a", PAYLOAD, extra=encrypted)]), "encrypted")
    yield case(
        "5-encrypted-headers", "encrypted headers", archive5([], main=block5(4, bytes(25))), "encrypted", "headers"
    )
    yield case(
        "5-volume", "one of several volumes", archive5([plain], main=block5(1, number(1))), "unsupported", "volumes"
    )
    yield case(
        "5-volume-end", "another volume follows", archive5([plain], end=block5(5, number(1))), "unsupported", "volumes"
    )
    yield case(
        "5-split",
        "a member continued elsewhere",
        archive5([file5(b"a", PAYLOAD, flags=0x10)]),
        "unsupported",
        "continued",
    )
    yield case(
        "5-no-end", "no end of archive", archive5([file5(b"a", PAYLOAD)], end=b""), "corrupt", "no end", reached=True
    )
    yield case(
        "5-header-crc",
        "a header with a wrong checksum",
        archive5([plain, block5(2, b"?" * 30, PAYLOAD, crc=7)]),
        "corrupt hidden-data",
        "block header",
        reached=True,
    )
    yield case(
        "5-block",
        "an unknown block",
        archive5([plain, block5(9, b"", PAYLOAD)]),
        "hidden-data",
        "unknown block",
        reached=True,
    )
    yield case(
        "5-block-main",
        "data behind the main header",
        archive5([plain], main=block5(1, number(0), PAYLOAD)),
        "hidden-data",
        reached=True,
    )
    yield case(
        "5-slack",
        "a payload in a header",
        archive5([file5(b"a", b"x", slack=PAYLOAD)]),
        "hidden-data",
        "in a header",
        reached=True,
    )
    yield case(
        "5-extra",
        "a payload in an unknown record",
        archive5([file5(b"a", b"x", extra=record(90, PAYLOAD))]),
        "hidden-data",
        "in a header",
        reached=True,
    )
    yield case(
        "5-extra-twice",
        "a record twice: a link to two places",
        archive5([file5(b"a", extra=redirection(1, b"b") + redirection(1, PAYLOAD))]),
        "hidden-data",
        reached=True,
    )
    yield case(
        "5-service",
        "an unknown service",
        archive5([file5(b"XYZ", PAYLOAD, kind=3)]),
        "hidden-data",
        "service",
        reached=True,
    )
    yield case(
        "5-stream",
        "a stream beside a file",
        archive5([file5(b"STM", PAYLOAD, kind=3)]),
        "hidden-data",
        "stream",
        reached=True,
    )
    yield case(
        "5-comment",
        "a program as comment",
        archive5([file5(b"CMT", b"\x7fELF\0" + PAYLOAD, kind=3)]),
        "hidden-data",
        "comment",
        reached=True,
    )
    yield case(
        "5-link-data",
        "a link with data",
        archive5([file5(b"l", PAYLOAD, extra=redirection(1, b"x"))]),
        "hidden-data",
        "no file",
        reached=True,
    )
    yield case(
        "5-folder-data",
        "a folder with data",
        archive5([file5(b"d", PAYLOAD, file_flags=5)]),
        "hidden-data",
        "no file",
        reached=True,
    )
    yield case(
        "5-below-link",
        "a member below a link",
        archive5([file5(b"d", extra=redirection(1, b"/tmp")), file5(b"d/x", PAYLOAD)]),
        "ambiguous",
        "below",
        reached=True,
    )
    yield case("5-number", "a number without an end", MAGIC5 + b"\xff" * 60, "corrupt", "block header")
    yield case(
        "5-blocks",
        "a hundred thousand unknown blocks",
        archive5([block5(9, b"", b"x")] * 100_000),
        "too-many",
        entries=1000,
    )
    yield case("-version", "a version to come", b"Rar!\x1a\x07\x02\0" + PAYLOAD, "unsupported", "version")


def four() -> Iterator[Case]:
    """What can be wrong in RAR 4."""
    plain = file4(b"a.txt", b"harmless\n")
    yield case("4-encrypted", "an encrypted member", archive4([file4(b"a", PAYLOAD, flags=4)]), "encrypted")
    yield case(
        "4-encrypted-headers",
        "encrypted headers",
        archive4([], main=block4(0x73, 0x80, bytes(6))),
        "encrypted",
        "headers",
    )
    yield case(
        "4-volume",
        "one of several volumes",
        archive4([plain], main=block4(0x73, 1, bytes(6))),
        "unsupported",
        "volumes",
    )
    yield case(
        "4-split", "a member continued elsewhere", archive4([file4(b"a", PAYLOAD, flags=2)]), "unsupported", "continued"
    )
    yield case(
        "4-header-crc",
        "a header with a wrong checksum",
        MAGIC4 + MAIN4 + block4(0x74, 0x8000, bytes(25), PAYLOAD, crc=7),
        "corrupt hidden-data",
        reached=True,
    )
    yield case(
        "4-header-short",
        "a header of no size",
        MAGIC4 + b"\0\0\x74\0\x80\0\0" + PAYLOAD,
        "corrupt hidden-data",
        reached=True,
    )
    yield case(
        "4-block",
        "an unknown block",
        archive4([plain, block4(0x55, 0x8000, b"\x9c\0\0\0", PAYLOAD)]),
        "hidden-data",
        "unknown block",
        reached=True,
    )
    yield case(
        "4-slack",
        "a payload in a header",
        archive4([file4(b"a", b"x", slack=PAYLOAD)]),
        "hidden-data",
        "in a header",
        reached=True,
    )
    yield case(
        "4-service",
        "an unknown service",
        archive4([file4(b"XYZ", PAYLOAD, kind=0x7A)]),
        "hidden-data",
        "service",
        reached=True,
    )
    yield case(
        "4-stream",
        "a stream beside a file",
        archive4([file4(b"STM", PAYLOAD, kind=0x7A)]),
        "hidden-data",
        "stream",
        reached=True,
    )
    yield case(
        "4-comment-packed",
        "a comment that is packed",
        archive4([file4(b"CMT", b"?" * 20, kind=0x7A, method=NORMAL)]),
        "unsupported",
        "packed",
    )
    yield case(
        "4-name-two-forms",
        "a name that is another one in its second form",
        archive4([file4(b"readme.txt\0" + b"\0" + b"\0evil" + b"\0.exe", PAYLOAD, flags=0x200)]),
        "ambiguous",
        "two forms",
        reached=True,
    )
    yield case(
        "4-name-traversal-back",
        "backslashes that lead out",
        archive4([file4(b"..\\..\\x", PAYLOAD)]),
        "unsafe-name",
        "parent",
        reached=True,
    )


CASES = [*both(), *five(), *four()]
