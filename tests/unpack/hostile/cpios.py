"""Hostile cpio archives: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.cpio_writer import DEVICE, FOLDER, FORMS, LINK, archive, entry
from tests.unpack.hostile.zips import NAMES

PLAIN = entry(b"a.txt", b"harmless\n")


def case(
    name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False, entries: int = 100_000
) -> Case:
    """Return a case for the reader of cpio; ``gives`` are words."""
    return Case(f"cpio-{name}", "cpio", why, data, frozenset(gives.split()), detail, reached, entries)


def forms() -> Iterator[Case]:
    """What can be wrong in each form."""
    for form in FORMS:
        yield case(
            f"{form}-trailing",
            "data behind the trailer, where readers stop",
            archive([entry(b"a", b"x", form)], form) + PAYLOAD,
            "hidden-data",
            "behind the end",
            reached=True,
        )
        yield case(
            f"{form}-cut",
            "cut off in a member",
            archive([entry(b"a", PAYLOAD * 3, form)], form)[:500],
            "corrupt",
            reached=True,
        )
        yield case(
            f"{form}-no-trailer",
            "no trailer",
            entry(b"a", PAYLOAD, form),
            "corrupt",
            "no trailer",
            reached=True,
        )
        yield case(
            f"{form}-no-name-end",
            "a name without its NUL",
            archive([entry(b"a", b"x", form), entry(b"b", PAYLOAD, form, name_end=b"c")], form),
            "corrupt hidden-data",
            "bad header",
            reached=True,
        )
        yield case(
            f"{form}-size",
            "a size beyond the file",
            archive([entry(b"a", PAYLOAD, form, size=1 << 20)], form),
            "corrupt",
            "truncated",
            reached=True,
        )
        if form != "odc":
            yield case(
                f"{form}-padding",
                "bytes in the padding",
                archive([entry(b"ab", b"odd", form, fill=b"!")], form),
                "hidden-data",
                "between records",
            )
        yield case(
            f"{form}-trailer-payload",
            "a payload in the trailer",
            archive([entry(b"a", b"x", form), entry(b"TRAILER!!!", PAYLOAD, form)], form, trailer=False),
            "hidden-data",
            "behind the end",
            reached=True,
        )


def members() -> Iterator[Case]:
    """Members that are not what they seem."""
    yield case(
        "crc", "a wrong checksum", archive([entry(b"a", PAYLOAD, "crc", checksum=7)], "crc"), "corrupt", "checksum"
    )
    yield case("device", "a device", archive([entry(b"null", mode=DEVICE)]), "special")
    yield case(
        "device-data",
        "a device with data",
        archive([entry(b"null", PAYLOAD, mode=DEVICE)]),
        "special ambiguous",
        "no file",
        reached=True,
    )
    yield case(
        "folder-data",
        "a folder with data",
        archive([entry(b"d", PAYLOAD, mode=FOLDER)]),
        "ambiguous",
        "no file",
        reached=True,
    )
    yield case(
        "link-long",
        "a link whose target is a program",
        archive([entry(b"l", PAYLOAD * 40, mode=LINK)]),
        "ambiguous",
        "no file",
        reached=True,
    )
    yield case(
        "type", "a type that does not exist", archive([entry(b"a", PAYLOAD, mode=0o644)]), "ambiguous", reached=True
    )
    yield case("setuid", "a file that runs as its owner", archive([entry(b"su", b"x", mode=0o104755)]), "special-file")
    yield case(
        "forms-mixed",
        "a header in another form: some readers go on, some stop",
        archive([PLAIN, entry(b"b", PAYLOAD, "odc")]),
        "corrupt hidden-data",
        reached=True,
    )
    yield case(
        "field",
        "a size that is no number",
        archive([PLAIN, entry(b"b", PAYLOAD).replace(b"%08X" % len(PAYLOAD), b"+000009C")]),
        "corrupt hidden-data",
        "bad header",
        reached=True,
    )
    yield case(
        "second",
        "a second archive behind the first, as the kernel reads them",
        archive([PLAIN]) + archive([entry(b"b", PAYLOAD)]),
        "hidden-data",
        reached=True,
    )
    yield case(
        "second-compressed",
        "a compressed archive behind the first",
        archive([PLAIN]) + gzip.compress(archive([entry(b"b", PAYLOAD)])),
        "hidden-data",
        reached=True,
    )
    yield case("duplicate", "two members of one name", archive([PLAIN, PLAIN]), "ambiguous", "duplicate")
    yield case("duplicate-case", "names that differ in case", archive([entry(b"A"), entry(b"a")]), "ambiguous", "case")
    yield case(
        "below-link",
        "a member below a link",
        archive([entry(b"d", b"/tmp", mode=LINK), entry(b"d/x", PAYLOAD)]),
        "ambiguous",
        "below",
        reached=True,
    )
    yield case(
        "many", "more members than allowed", archive([entry(b"%d" % n) for n in range(40)]), "too-many", entries=30
    )
    for name, stored, detail in NAMES:
        yield case(
            f"name-{name}",
            f"the name is unsafe: {detail}",
            archive([entry(stored, PAYLOAD)]),
            "unsafe-name",
            detail,
            reached=True,
        )


CASES = [*forms(), *members()]
