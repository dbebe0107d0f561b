"""Containers in containers: bombs that no single container shows, archives that hold themselves, sums over all."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.quine import gzip_quine, zip_quine
from tests.unpack.hostile.tar_writer import END, long_name, member
from tests.unpack.hostile.whole import Whole, a_file, gives

HARMLESS = b"nothing to see here\n"
DEPTH = 12
"""Levels that the limits allow by default."""
Wrap = Callable[[bytes], bytes]


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def in_zip(data: bytes) -> bytes:
    """Return a zip file with one member ``z``."""
    return zipped({"z": data})


def in_tar(data: bytes) -> bytes:
    """Return a tar file with one member ``t``."""
    return member(b"t", data) + END


def nested(wraps: Sequence[Wrap], innermost: bytes) -> bytes:
    """Return ``innermost`` wrapped in all of them, the last one outside."""
    for wrap in wraps:
        innermost = wrap(innermost)
    return innermost


def place(wraps: Sequence[Wrap], levels: int) -> str:
    """Return what follows the artifact in the path of what stands ``levels`` below it."""
    steps: dict[Wrap, str] = {in_zip: "!/z", in_tar: "!/t"}
    return "".join(steps.get(wrap, "!/!content") for wrap in list(reversed(wraps))[:levels])


def too_deep(name: str, why: str, wraps: Sequence[Wrap]) -> Whole:
    """Return a case in which a payload lies below ``wraps``, of which there are more than ``DEPTH``."""
    return Whole(
        name,
        why,
        a_file(lambda: nested(wraps, PAYLOAD)),
        gives(f"gap/intake-too-deep@{place(wraps, DEPTH)}"),
        twin=a_file(lambda: nested(wraps[:DEPTH], HARMLESS)),
    )


def deep() -> Iterator[Whole]:
    """Yield what lies deeper than the gate follows, and what has no bottom."""
    yield too_deep("nested-zips", "a payload in 13 zip files, one in the other", [in_zip] * 13)
    yield too_deep("nested-tars", "a payload in 14 tar files, one in the other", [in_tar] * 14)
    yield too_deep("nested-gzips", "a payload in 40 gzip files, one in the other", [gzip.compress] * 40)
    mixed: list[Wrap] = [in_zip, bz2.compress, in_tar, in_zip, lzma.compress, in_zip, gzip.compress]
    yield too_deep("nested-mixed", "a payload in 14 containers of six formats", mixed * 2)
    for name, make, step in (
        ("gzip", gzip_quine, "!/!content"),
        ("zip", zip_quine, None),
    ):
        inside = step or f"!/{zipfile.ZipFile(io.BytesIO(zip_quine())).namelist()[0]}"
        yield Whole(
            f"nested-quine-{name}",
            f"a {name} file that holds itself",
            a_file(make),
            gives(f"gap/intake-too-deep@{inside * DEPTH}"),
        )
    yield Whole(
        "nested-recursive-pair",
        "a zip file that holds itself, beside a payload",
        a_file(lambda: zipped({"q.zip": zip_quine(), "note": PAYLOAD})),
        gives("gap/intake-too-deep@*"),
        reached="!/note",
    )


@functools.cache
def many_zips(leaf: int, fan: int, levels: int) -> bytes:
    """Return zip files of zip files, ``fan`` in each, with ``leaf`` zeros in the lowest, as 42.zip is made."""
    data = zipped({"0": bytes(leaf)})
    for _ in range(levels):
        data = zipped({f"{number}.zip": data for number in range(fan)})
    return data


@functools.cache
def zeros(size: int) -> bytes:
    """Return a gzip file of zeros."""
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join(coder.compress(block) for _ in range(size >> 20)) + coder.flush()


def bombs() -> Iterator[Whole]:
    """Yield small artifacts that expand to a lot only in all."""
    yield Whole(
        "nested-42",
        "16 zip files of 16 zip files of 16 zip files, each within every limit of its own",
        a_file(lambda: many_zips(1 << 20, 16, 3)),
        gives("gap/intake-too-large@*"),
        limits={"total_bytes": 64 << 20},
        twin=a_file(lambda: many_zips(1 << 10, 4, 3)),
    )
    yield Whole(
        "nested-42-whole",
        "the same at the size where it meets the limits as they are: 60 GiB from a few KiB",
        a_file(lambda: many_zips(15 << 20, 16, 3)),
        gives("gap/intake-ratio@*"),
        full=True,
    )
    yield Whole(
        "nested-ratio",
        "zeros compressed twice: 256 MiB from a kilobyte",
        a_file(lambda: in_zip(zeros(256 << 20))),
        gives("gap/intake-ratio@!/z"),
        twin=a_file(lambda: in_zip(zeros(1 << 20))),
    )
    yield Whole(
        "nested-ratio-thrice",
        "zeros compressed thrice",
        a_file(lambda: gzip.compress(bz2.compress(zeros(256 << 20)))),
        gives("gap/intake-ratio@!/!content!/!content"),
    )
    yield Whole(
        "nested-same-bomb",
        "one bomb under many names: stored once, counted each time",
        a_file(lambda: zipped({f"{number}.gz": zeros(4 << 20) for number in range(64)})),
        gives("gap/intake-too-large@*"),
        limits={"total_bytes": 100 << 20},
        twin=a_file(lambda: zipped({f"{number}.gz": zeros(1 << 20) for number in range(4)})),
    )
    yield Whole(
        "nested-member",
        "a member of more bytes than one may have, in a tar file in an xz file",
        a_file(lambda: lzma.compress(member(b"large", bytes(3 << 20)) + END)),
        gives("gap/intake-too-large@*"),
        limits={"member_bytes": 2 << 20},
    )


@functools.cache
def crowd(count: int) -> bytes:
    """Return a zip file of ``count`` empty members."""
    return zipped({f"{number:06d}": b"" for number in range(count)}, zipfile.ZIP_STORED)


def crowds() -> Iterator[Whole]:
    """Yield too many entries, counted over all containers."""
    yield Whole(
        "nested-entries",
        "as many entries in each of many archives as one may have: too many in all",
        a_file(lambda: zipped({f"{number}.zip": crowd(50) for number in range(20)})),
        gives("gap/intake-too-many@*"),
        limits={"entries_total": 500},
        twin=a_file(lambda: zipped({f"{number}.zip": crowd(50) for number in range(4)})),
    )
    yield Whole(
        "nested-entries-mixed",
        "too many entries in all, in tar and zip files in gzip files",
        a_file(
            lambda: zipped(
                {
                    f"{number}.gz": gzip.compress(crowd(60) if number % 2 else b"".join(many_tar_members(60)) + END)
                    for number in range(12)
                }
            )
        ),
        gives("gap/intake-too-many@*"),
        limits={"entries_total": 500},
    )
    yield Whole(
        "nested-entries-flat",
        "200,000 entries in one archive: more than one may have",
        a_file(lambda: crowd(200_000)),
        gives("gap/intake-too-many"),
        full=True,
    )
    yield Whole(
        "nested-entries-whole",
        "400,000 entries over eight archives in one",
        a_file(lambda: zipped({f"{number}.zip": crowd(50_000) for number in range(8)})),
        gives("gap/intake-too-many@*"),
        full=True,
    )
    yield Whole(
        "nested-after-the-limit",
        "3,000 archives behind the entry at which the limit for all was reached",
        a_file(lambda: zipped({f"{number:04d}.zip": crowd(1) for number in range(3000)})),
        gives("gap/intake-too-many@*"),
        limits={"entries_total": 3010},
    )
    yield Whole(
        "nested-broken",
        "2,000 archives that break off",
        a_file(lambda: zipped({f"{number:04d}.gz": gzip.compress(PAYLOAD)[:-5] for number in range(2000)})),
        gives("gap/intake-corrupt@!/0000.gz", "gap/intake-corrupt@!/1999.gz"),
    )


def many_tar_members(count: int) -> Iterator[bytes]:
    """Yield members of a tar file."""
    return (member(b"%d" % number, b"") for number in range(count))


def long_paths(levels: int, inside: int) -> bytes:
    """Return tar files in each other under names as long as they may be, with ``inside`` members in the last."""
    name = b"\x01".join([b"\xff" * 200] * 5)[:1000]
    data = b"".join(many_tar_members(inside)) + END
    for _ in range(levels):
        data = long_name(name) + member(b"x", data) + END
    return data


def paths() -> Iterator[Whole]:
    """Yield item paths that grow with each level."""
    yield Whole(
        "nested-long-paths",
        "40,000 members, each with an item path of 33 KB: names as long as allowed, eleven levels deep",
        a_file(lambda: long_paths(11, 40_000)),
        gives("container/unsafe-name@*"),
    )


WHOLE = [*deep(), *bombs(), *crowds(), *paths()]
