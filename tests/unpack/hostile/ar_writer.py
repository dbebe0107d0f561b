"""Writes ``ar`` archives record by record, so that each field can be wrong on purpose."""

from __future__ import annotations

import io
import tarfile

MAGIC, THIN = b"!<arch>\n", b"!<thin>\n"


def entry(
    name: bytes,
    content: bytes = b"",
    *,
    size: int | None = None,
    mode: bytes = b"100644",
    size_field: bytes | None = None,
    end: bytes = b"`\n",
    padding: bytes = b"\n",
    numbers: tuple[bytes, bytes, bytes] = (b"0", b"0", b"0"),
) -> bytes:
    """Return header, content and padding of a member; ``name`` is the field as it is stored."""
    date, user, group = numbers
    length = len(content) if size is None else size
    field = b"%d" % length if size_field is None else size_field
    head = name.ljust(16) + date.ljust(12) + user.ljust(6) + group.ljust(6) + mode.ljust(8) + field.ljust(10) + end
    return head + content + (padding if len(content) % 2 else b"")


def archive(*entries: bytes, magic: bytes = MAGIC) -> bytes:
    """Return an archive of these members."""
    return magic + b"".join(entries)


def bsd(name: bytes, content: bytes, padding: int = 0) -> bytes:
    """Return a member whose name stands before its data."""
    return entry(b"#1/%d" % (len(name) + padding), name + bytes(padding) + content)


def names(*long: bytes) -> bytes:
    """Return the table of names of GNU."""
    return entry(b"//", b"".join(name + b"/\n" for name in long), mode=b"", numbers=(b"", b"", b""))


def tar(files: dict[str, bytes]) -> bytes:
    """Return a tar file compressed with gzip."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def package(*more: bytes, payload: bytes = b"data") -> bytes:
    """Return a Debian package with further members at its end."""
    return archive(
        entry(b"debian-binary", b"2.0\n"),
        entry(b"control.tar.gz", tar({"./control": b"Package: x\n"})),
        entry(b"data.tar.gz", tar({"./payload": payload})),
        *more,
    )
