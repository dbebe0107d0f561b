"""Hostile tar files: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.tar_writer import END, GNU, OLD, header, long_name, member, octal, padded, pax
from tests.unpack.hostile.zips import NAMES

HIDDEN = member(b"payload.exe", PAYLOAD)
TIB = 1 << 40


def case(
    name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False, entries: int = 100_000
) -> Case:
    """Return a case for the tar reader; ``gives`` are words."""
    return Case(f"tar-{name}", "tar", why, data, frozenset(gives.split()), detail, reached, entries)


def around() -> Iterator[Case]:
    """Bytes between and behind the members, and ends that are none."""
    yield case(
        "trailing", "data behind the end", member(b"a") + END + PAYLOAD, "hidden-data", "behind the end", reached=True
    )
    yield case(
        "second-archive",
        "another archive behind the end",
        member(b"a") + END + HIDDEN + END,
        "hidden-data",
        reached=True,
    )
    yield case(
        "lone-zeros",
        "one block of zeros, then more members: the end for some readers",
        member(b"a") + bytes(512) + HIDDEN + END,
        "ambiguous hidden-data",
        "lone block",
        reached=True,
    )
    yield case(
        "far-trailing",
        "data behind megabytes of zeros",
        member(b"a") + bytes(3 << 20) + PAYLOAD,
        "hidden-data",
        "many zeros",
        reached=True,
    )
    yield case(
        "padding",
        "data between a member and the next block",
        header(b"a", 3) + b"abc" + PAYLOAD.ljust(509, b"\0") + END,
        "hidden-data",
        "behind a member",
        reached=True,
    )
    yield case("no-end", "no end marker", HIDDEN, "corrupt", "no end marker", reached=True)
    yield case(
        "cut-member",
        "cut off inside a member",
        (header(b"a", 9999) + padded(PAYLOAD))[:-1],
        "corrupt",
        "truncated member",
        reached=True,
    )
    yield case(
        "cut-padding",
        "cut off behind a member's last byte",
        header(b"a", len(PAYLOAD)) + PAYLOAD,
        "corrupt",
        "truncated padding",
        reached=True,
    )
    yield case(
        "cut-header",
        "cut off inside a header",
        HIDDEN + header(b"b")[:100],
        "corrupt",
        "truncated header",
        reached=True,
    )
    broken = bytearray(header(b"b", len(PAYLOAD)))
    broken[0] = 0x7A
    yield case(
        "checksum",
        "a header with a wrong checksum, in front of a payload",
        member(b"a") + bytes(broken) + padded(PAYLOAD) + END,
        "corrupt hidden-data",
        "checksum",
        reached=True,
    )
    yield case(
        "many",
        "more members than allowed",
        b"".join(member(b"%d" % n) for n in range(40)) + END,
        "too-many",
        entries=30,
    )


def numbers() -> Iterator[Case]:
    """Sizes that are no sizes."""
    for name, field in (
        ("letters", b"00000000zz\0\0"),
        ("negative", b"\xff" * 12),
        ("huge", b"\x80" + b"\x7f" * 11),
        ("digits-behind", b"0000\0" + b"1234567"),
        ("eight", b"00000000088\0"),
    ):
        data = member(b"a") + header(b"b", size_field=field) + padded(PAYLOAD) + END
        yield case(
            f"size-{name}",
            "a size that is no number, or below zero, or beyond any file",
            data,
            "corrupt",
            "bad number",
            reached=True,
        )
    yield case(
        "mode",
        "a mode that is no number",
        member(b"a") + header(b"b", mode_field=b"rwxr-xr-") + END,
        "corrupt",
        "bad number",
    )


def kinds() -> Iterator[Case]:
    """Members that are no plain files, or that readers take for different things."""
    for name, kind in (("character", b"3"), ("block", b"4"), ("pipe", b"6")):
        yield case(f"device-{name}", "a device or pipe", header(b"dev", kind=kind) + END, "special")
    yield case("setuid", "a file that runs as its owner", member(b"su", mode=0o4755) + END, "special-file")
    yield case("setgid", "a file that runs as its group", member(b"su", mode=0o2755) + END, "special-file")
    yield case(
        "capability",
        "a file that gets capabilities of the kernel",
        pax([(b"SCHILY.xattr.security.capability", b"\1\0\0\2")]) + member(b"ping") + END,
        "special-file",
        "capabilities",
    )
    yield case(
        "unknown-kind",
        "a type that no standard knows",
        member(b"a", PAYLOAD, b"Q") + END,
        "unsupported",
        "type Q",
        reached=True,
    )
    yield case(
        "multi-volume",
        "the rest of a file from another volume",
        member(b"a", PAYLOAD, b"M", magic=GNU) + END,
        "unsupported",
        reached=True,
    )
    for name, kind in (("symbolic-link", b"2"), ("hard-link", b"1"), ("folder", b"5"), ("pipe", b"6")):
        data = member(b"x", PAYLOAD, kind, target=b"a") + member(b"b") + END
        yield case(f"{name}-data", "data behind what should have none", data, "ambiguous", "with data", reached=True)
        data = header(b"x", len(HIDDEN), kind, target=b"a") + HIDDEN + END
        yield case(
            f"{name}-size",
            "a size on what has no data: some readers skip the next member",
            data,
            "ambiguous",
            "with data",
            reached=True,
        )
    yield case(
        "file-as-folder",
        "a file whose name ends as a folder's",
        member(b"a/", PAYLOAD) + END,
        "ambiguous",
        "folder with data",
        reached=True,
    )
    yield case(
        "stray-prefix",
        "a prefix in a format that has none: some readers prepend it",
        member(b"b", magic=GNU, tail=b"../..") + END,
        "ambiguous",
        "prefix",
    )
    yield case(
        "stray-prefix-old",
        "a prefix in the oldest format",
        member(b"b", magic=OLD, tail=b"../..") + END,
        "ambiguous",
        "prefix",
    )
    yield case(
        "link-parent",
        "a link, and a member below it: written through the link",
        header(b"etc", kind=b"2", target=b"/etc") + member(b"etc/passwd", PAYLOAD) + END,
        "ambiguous",
        "below a member",
        reached=True,
    )


def extended() -> Iterator[Case]:
    """Extended headers that readers resolve differently."""

    def with_pax(
        name: str, why: str, records: list[tuple[bytes, bytes]], detail: str, gives: str = "ambiguous"
    ) -> Case:
        return case(name, why, pax(records) + HIDDEN + END, gives, detail, reached=True)

    yield with_pax("pax-twice", "a key with two values", [(b"path", b"a"), (b"path", b"b")], "two values")
    yield with_pax(
        "pax-unsafe",
        "a path that leads outside in the pax header",
        [(b"path", b"../../x")],
        "parent folder",
        "unsafe-name",
    )
    yield with_pax("pax-nul", "a path that ends early for some", [(b"path", b"a.txt\0.exe")], "NUL", "unsafe-name")
    yield with_pax("pax-size-word", "a size that is no number", [(b"size", b"many")], "bad number", "corrupt")
    yield case(
        "pax-size",
        "the header says nothing, pax says where the next header really is",
        pax([(b"size", b"%d" % len(HIDDEN))]) + header(b"outer") + HIDDEN + END,
        "ambiguous",
        "pax size",
        reached=True,
    )
    yield case(
        "pax-size-zero",
        "pax says nothing, the header has data",
        pax([(b"size", b"0")]) + header(b"a", len(HIDDEN)) + HIDDEN + END,
        "ambiguous",
        "pax size",
        reached=True,
    )
    yield case(
        "pax-two-headers",
        "two pax headers for one member",
        pax([(b"path", b"a")]) + pax([(b"path", b"b")]) + HIDDEN + END,
        "ambiguous",
        "several pax",
        reached=True,
    )
    yield case(
        "pax-global-path",
        "one path for all members",
        pax([(b"path", b"evil")], b"g") + HIDDEN + END,
        "ambiguous",
        "global",
        reached=True,
    )
    yield case(
        "pax-payload",
        "a payload in a pax record",
        pax([(b"VENDOR.note", PAYLOAD * 9)]) + member(b"a") + END,
        "hidden-data",
        "pax header",
        reached=True,
    )
    yield case(
        "pax-comment",
        "a payload in a global comment",
        pax([(b"comment", b"\0" + PAYLOAD)], b"g") + member(b"a") + END,
        "hidden-data",
        "pax header",
        reached=True,
    )
    yield case(
        "pax-broken",
        "a pax record of a wrong length",
        member(b"P", b"99 path=x\n", b"x") + HIDDEN + END,
        "corrupt",
        "pax record",
        reached=True,
    )
    yield case(
        "pax-no-member",
        "a pax header at the end",
        member(b"a") + pax([(b"path", b"x")]) + END,
        "corrupt",
        "without a member",
    )
    yield case(
        "pax-large",
        "a pax header of 2 MiB",
        pax([(b"path", b"x" * (2 << 20))]) + HIDDEN + END,
        "too-large",
        "too large",
        reached=True,
    )
    yield case(
        "long-twice",
        "two long names for one member",
        long_name(b"a") + long_name(b"b") + HIDDEN + END,
        "ambiguous",
        "several long",
        reached=True,
    )
    yield case(
        "long-and-pax",
        "a long name and another pax path",
        long_name(b"a") + pax([(b"path", b"b")]) + HIDDEN + END,
        "ambiguous",
        "differ",
        reached=True,
    )
    yield case(
        "long-hidden",
        "data behind a long name's end",
        long_name(b"a\0" + PAYLOAD) + HIDDEN + END,
        "ambiguous",
        "behind a long name",
        reached=True,
    )
    yield case("long-cut", "cut off inside a long name", long_name(b"x" * 2000)[:1000], "corrupt", "extended header")


def old_sparse(segments: list[tuple[int, int]], real: int, content: bytes, more: bytes = b"") -> bytes:
    """Return a member of GNU's old sparse form."""
    table = b"".join(octal(offset, 12) + octal(size, 12) for offset, size in segments[:4]).ljust(96, b"\0")
    tail = bytes(41) + table + (b"\1" if more else b"\0") + octal(real, 12)
    return header(b"sparse", len(content), b"S", magic=GNU, tail=tail) + more + padded(content)


def sparse() -> Iterator[Case]:
    """Sparse files whose maps lie."""
    size = len(PAYLOAD)
    base = b"\x80" + bytes(3) + TIB.to_bytes(8, "big")
    huge = bytearray(old_sparse([(0, size)], 0, PAYLOAD))
    huge[483:495] = base
    huge[148:156] = b" " * 8
    huge[148:156] = b"%06o\0 " % sum(huge[:512])
    yield Case(
        "tar-sparse-huge", "tar", "a sparse file of 1 TiB", bytes(huge) + END, frozenset(), reached=True, bomb=True
    )
    yield case(
        "sparse-overlap",
        "segments that overlap",
        old_sparse([(0, size), (10, size)], 999, PAYLOAD * 2) + END,
        "corrupt",
        "sparse map",
        reached=True,
    )
    yield case(
        "sparse-past-end",
        "a segment behind the end",
        old_sparse([(5000, size)], 100, PAYLOAD) + END,
        "corrupt",
        "sparse map",
        reached=True,
    )
    yield case(
        "sparse-short",
        "segments that do not fill the data",
        old_sparse([(0, 4)], 4, PAYLOAD) + END,
        "corrupt",
        "differ",
        reached=True,
    )
    yield case(
        "sparse-endless",
        "a map that goes on and on",
        old_sparse([(0, 1)] * 4, 9, b"x" * 4, (octal(1, 12) * 42 + b"\1").ljust(512, b"\0") * 6000) + END,
        "unsupported",
        "too long",
    )
    yield case(
        "sparse-pax-odd",
        "a pax map with one number too few",
        pax([(b"GNU.sparse.size", b"99"), (b"GNU.sparse.map", b"0,1,2")]) + HIDDEN + END,
        "corrupt",
        "sparse map",
        reached=True,
    )
    yield case(
        "sparse-pax-count",
        "a map in the data that never ends",
        pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"9")])
        + member(b"s", b"99999\n0\n1\n" + PAYLOAD)
        + END,
        "corrupt",
    )
    yield case(
        "sparse-pax-word",
        "a map in the data that is no map",
        pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"9")])
        + member(b"s", PAYLOAD * 8)
        + END,
        "corrupt",
    )


def names() -> Iterator[Case]:
    """Unsafe names, and names that meet in one place."""
    for name, stored, detail in NAMES:
        if b"\0" not in stored and stored:
            head = (
                header(stored, len(PAYLOAD)) if len(stored) <= 100 else long_name(stored) + header(b"x", len(PAYLOAD))
            )
            yield case(
                f"name-{name}",
                f"the name is unsafe: {detail}",
                head + padded(PAYLOAD) + END,
                "unsafe-name",
                detail,
                reached=True,
            )
    for name, first, second, detail in (
        ("exact", b"a.txt", b"a.txt", "duplicate"),
        ("case", b"A.txt", b"a.TXT", "case or form"),
        ("form", "ガ.txt".encode(), "カ\u3099.txt".encode(), "case or form"),
        ("dot", b"./a", b"a", "case or form"),
        ("below", b"a", b"A/b", "below a member"),
    ):
        yield case(
            f"duplicate-{name}",
            f"two names that are one: {detail}",
            member(first) + member(second, PAYLOAD) + END,
            "ambiguous",
            detail,
            reached=True,
        )


CASES = [*around(), *numbers(), *kinds(), *extended(), *sparse(), *names()]
