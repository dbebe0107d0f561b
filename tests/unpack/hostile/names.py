"""Folders with hostile names, links and special files; names that no container shows as they are; policies within."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from gate.paths import escape_name
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.nested import zipped
from tests.unpack.hostile.tar_writer import END, header, member
from tests.unpack.hostile.whole import Build, Whole, a_file, gives
from tests.unpack.hostile.zip_writer import Entry, Fields, archive, plain

HARMLESS = b"nothing to see here\n"


def folder(*fill: Callable[[Path], object]) -> Build:
    """Return what makes a folder with a harmless file and whatever the functions put into it."""

    def build(path: Path) -> None:
        path.mkdir()
        (path / "readme.txt").write_bytes(HARMLESS)
        for step in fill:
            step(path)

    return build


def file(name: bytes, content: bytes = HARMLESS) -> Callable[[Path], object]:
    """Return what puts a file into a folder under a name of raw bytes."""

    def put(path: Path) -> None:
        whole = Path(os.fsdecode(os.path.join(os.fsencode(path), name)))  # noqa: PTH118  # raw bytes
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(content)

    return put


def link(name: str, target: str) -> Callable[[Path], object]:
    """Return what puts a symbolic link into a folder."""
    return lambda path: (path / name).symlink_to(target)


def _socket(path: Path) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        at = os.open(path, os.O_RDONLY)
        try:
            server.bind(f"/proc/self/fd/{at}/sock")  # an address of its own length, wherever the folder lies
        finally:
            os.close(at)


def links() -> Iterator[Whole]:
    """Yield links in folders that lead out, and special files."""
    for name, target in (
        ("absolute", "/etc/passwd"),
        ("parent", "../../etc/passwd"),
        ("inside-out", "readme.txt/../../.."),
        ("backslash", "..\\..\\windows"),
        ("drive", "C:/windows"),
    ):
        yield Whole(
            f"folder-link-{name}",
            f"a folder with a link to {target}",
            folder(link("l", target)),
            gives("container/unsafe-link@/l"),
            twin=folder(link("l", "readme.txt"), link("dangling", "later.txt"), link("self", "self")),
        )
    yield Whole(
        "folder-link-folder",
        "a link to a folder outside, whose files must not be taken for the artifact's",
        folder(link("etc", "../../../etc")),
        gives("container/unsafe-link@/etc"),
    )
    yield Whole(
        "folder-pipe",
        "a folder with a pipe: who opens it waits for ever",
        folder(lambda path: os.mkfifo(path / "p")),
        gives("container/special-file@/p"),
    )
    yield Whole("folder-socket", "a folder with a socket", folder(_socket), gives("container/special-file@/sock"))
    yield Whole(
        "folder-hard-link",
        "a payload under two names in a folder",
        folder(file(b"a", PAYLOAD), lambda path: os.link(path / "a", path / "b")),
        frozenset(),
        reached="/b",
        honest=True,
        twin=folder(file(b"a"), lambda path: os.link(path / "a", path / "b")),
    )


def _one(name: bytes, content: bytes) -> bytes:
    """Return a zip file with one file."""
    return archive([plain(name, content, 8)])


FOLDER_NAMES = (
    ("newline", b"a\nb", "/a%0Ab"),
    ("escape", b"\x1b[2J", "/%1B[2J"),
    ("bidi", "invoice\u202egpj.exe".encode(), "/invoice%E2%80%AEgpj.exe"),
    ("backslash", b"..\\..\\evil.exe", "/..\\..\\evil.exe"),
    ("stream", b"readme.txt:evil.exe", "/readme.txt:evil.exe"),
    ("device-name", b"aux.txt", "/aux.txt"),
    ("trailing-dot", b"evil.exe.", "/evil.exe."),
)


def names() -> Iterator[Whole]:
    """Yield names in folders that some system reads as others, and names that no system shows as they are."""
    for name, stored, place in FOLDER_NAMES:
        yield Whole(
            f"folder-name-{name}",
            f"a folder with a file named {stored!r}",
            folder(file(stored, PAYLOAD)),
            gives(f"container/unsafe-name@{place}"),
            reached=place,
            twin=folder(file("仕様書/第1章.txt".encode()), file("予定表ソ.txt".encode("cp932")), file(b".a.b..c")),
        )
    yield Whole(
        "folder-duplicate-case",
        "a folder with two names that are one for Windows and macOS",
        folder(file(b"a.txt"), file(b"A.TXT", PAYLOAD)),
        gives("container/ambiguous@*"),
        reached="/A.TXT",
    )
    yield Whole(
        "folder-duplicate-form",
        "a folder with two names that are one for macOS: composed and not",
        folder(file("ガ.txt".encode()), file("カ\u3099.txt".encode(), PAYLOAD)),
        gives("container/ambiguous@*"),
    )
    yield Whole(
        "folder-deep",
        "a payload below 300 folders in each other",
        folder(file(b"d/" * 300 + b"f", PAYLOAD)),
        frozenset(),
        reached="/d" * 300 + "/f",
        honest=True,
    )
    for name, encoding in (("cp932", "cp932"), ("euc-jp", "euc_jp")):
        stored = "見積書/表ソ.exe".encode(encoding)
        escaped = escape_name(stored)
        yield Whole(
            f"name-{name}-payload",
            f"a payload under a Japanese name in {encoding} in a zip file",
            a_file(_one, stored, PAYLOAD),
            gives(),
            reached=f"!/{escaped}",
            honest=True,
            twin=a_file(_one, stored, HARMLESS),
        )
        yield Whole(
            f"name-{name}-parent",
            f"a Japanese name in {encoding} that leads outside",
            a_file(_one, b"../" + stored, PAYLOAD),
            gives(f"container/unsafe-name@!/../{escaped}"),
        )
    yield Whole(
        "name-cp932-two",
        "one name in CP932 and in UTF-8: the same for who decodes them",
        a_file(
            lambda: archive(
                [
                    plain("仕様書.txt".encode("cp932")),
                    Entry(Fields("仕様書.txt".encode(), flags=0x800), PAYLOAD),
                ]
            )
        ),
        gives("container/ambiguous@*"),
    )


POLICY_WITHIN = b"""
[gate]
require = []
[[suppress]]
id = "all"
finding = "container/unsafe-name"
path = "**"
reason = "none"
approved_by = "nobody"
role = "none"
party = "\xe4\xb9\x99"
approved_on = 2025-01-01
expires = 2030-01-01
"""


def policies() -> Iterator[Whole]:
    """Yield artifacts that bring a policy of their own."""
    yield Whole(
        "policy-within-zip",
        "a gate.toml in the archive that sets aside what the archive does",
        a_file(lambda: zipped({"gate.toml": POLICY_WITHIN, "../evil": HARMLESS})),
        gives("container/unsafe-name@!/../evil"),
    )
    yield Whole(
        "policy-within-folder",
        "a gate.toml in the folder that sets aside what the folder does",
        folder(file(b"gate.toml", POLICY_WITHIN), link("l", "/etc")),
        gives("container/unsafe-link@/l"),
    )


def written_through() -> Iterator[Whole]:
    """Yield what would write outside if it were unpacked with links in place."""
    yield Whole(
        "tar-through-link",
        "a link to the parent folder, then a file written through it",
        a_file(lambda: header(b"up", kind=b"2", target=b"..") + member(b"up/evil", PAYLOAD) + END),
        gives("container/unsafe-link@!/up", "container/ambiguous@*"),
        reached="!/up/evil",
        twin=a_file(lambda: header(b"up", kind=b"2", target=b"d") + member(b"d/file", HARMLESS) + END),
    )
    yield Whole(
        "tar-through-chain",
        "links that each stay inside, and together lead out (CVE-2025-4517)",
        a_file(
            lambda: (
                header(b"a/", kind=b"5")
                + header(b"a/b", kind=b"2", target=b".")
                + header(b"a/c", kind=b"2", target=b"b/../..")
                + member(b"a/c/evil", PAYLOAD)
                + END
            )
        ),
        gives("container/ambiguous@*"),
        reached="!/a/c/evil",
    )
    yield Whole(
        "tar-hard-link-outside",
        "a hard link to a file of the machine, then data written into it",
        a_file(
            lambda: header(b"h", kind=b"1", target=b"../../../../etc/passwd") + member(b"h", PAYLOAD) + END,
        ),
        gives("container/unsafe-link@!/h", "container/ambiguous@*"),
    )
    yield Whole(
        "zip-through-link",
        "a link to the parent folder in a zip file, then a file below it",
        a_file(
            lambda: archive([Entry(Fields(b"up"), b"..", attributes=0o120777 << 16), plain(b"up/evil", PAYLOAD)]),
        ),
        gives("container/unsafe-link@!/up", "container/ambiguous@*"),
        reached="!/up/evil",
    )


WHOLE = [*links(), *names(), *policies(), *written_through()]
