"""One file in each kind of container that ClamAV passes over in silence, or cannot look into."""

from __future__ import annotations

import bz2
import functools
import gzip
import hashlib
import io
import lzma
import struct
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

NAME = "payload.bin"
Wrap = Callable[[bytes], bytes]
_PASSWORD = "-pcorrect horse battery"  # of archives that are to stay closed


def by_program(*command: str, made: str = "made") -> Wrap:
    """Return the way by a command that makes the file ``made`` of a folder ``in`` with one file in it."""

    def wrap(content: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            (folder / "in" / NAME).write_bytes(content)
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            return (folder / made).read_bytes()

    return wrap


def by_7zip(kind: str, *options: str, made: str = "") -> Wrap:
    """Return the way by 7-Zip."""
    file = f"made.{kind}"
    return by_program("7zz", "a", f"-t{kind}", *options, file, f"./in/{NAME}", made=made or file)


def tarred(content: bytes) -> bytes:
    """Return a tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(NAME)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def zipped(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(NAME, content)
    return buffer.getvalue()


def ar(members: dict[str, bytes]) -> bytes:
    """Return an ``ar`` archive (System V layout, without tables)."""
    out = b"!<arch>\n"
    for name, content in members.items():
        out += f"{name + '/':<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        out += content + b"\n" * (len(content) % 2)
    return out


def deb(content: bytes) -> bytes:
    """Return a Debian package that installs the file (deb(5))."""
    control = tarred(b"Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n").replace(
        NAME.encode().ljust(100, b"\0"), b"control".ljust(100, b"\0")
    )
    fixed = _with_tar_checksum(control)
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": gzip.compress(fixed),
        "data.tar.xz": lzma.compress(tarred(content)),
    }
    return ar(members).replace(b"debian-binary/ ", b"debian-binary  ")


def _with_tar_checksum(data: bytes) -> bytes:
    blank = data[:148] + b" " * 8 + data[156:512]
    return data[:148] + b"%06o\0 " % sum(blank) + data[156:]


def rpm(content: bytes) -> bytes:
    """Return an RPM package made by rpmbuild."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / NAME).write_bytes(content)
        specification = (
            "Name: x\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n"
            f"%install\ninstall -D {folder}/{NAME} %{{buildroot}}/opt/{NAME}\n%files\n/opt/{NAME}\n"
        )
        (folder / "x.spec").write_text(specification)
        subprocess.run(
            ["rpmbuild", "-bb", "--define", f"_topdir {folder}", "--define", "_build_id_links none", folder / "x.spec"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        return next(folder.glob("RPMS/*/*.rpm")).read_bytes()


def zip_of_other_method(content: bytes) -> bytes:
    """Return a ZIP whose local header says "stored" where the central directory says "deflated"."""
    data = bytearray(zipped(content))
    assert struct.unpack_from("<H", data, 8) == (8,)
    struct.pack_into("<H", data, 8, 0)
    return bytes(data)


def zip_without_directory(content: bytes) -> bytes:
    """Return a ZIP that ends before its central directory."""
    data = zipped(content)
    return data[: data.index(b"PK\1\2")]


def openssl(content: bytes) -> bytes:
    """Return what ``openssl enc`` makes."""
    command = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:x"]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout


def gpg(content: bytes) -> bytes:
    """Return an OpenPGP message encrypted with a passphrase."""
    with tempfile.TemporaryDirectory(prefix="gk-") as home:
        options = ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "x"]
        done = subprocess.run(
            ["gpg", *options, "--symmetric", "-o", "-"], input=content, check=True, capture_output=True
        )
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        return done.stdout


def encrypted_pdf(content: bytes) -> bytes:
    """Return a PDF with the file attached, which no empty password opens."""
    import pikepdf

    buffer = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments[NAME] = content
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
    return buffer.getvalue()


def incompressible(size: int) -> bytes:
    """Return bytes that no method makes smaller; the same every time."""
    blocks = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32 + 1)]
    return b"".join(blocks)[:size]


@functools.cache
def program() -> bytes:
    """Return a small program."""
    return Path("/bin/true").read_bytes()


UNOPENED: dict[str, Wrap] = {
    "deb": deb,
    "ar": lambda content: ar({NAME: content}),
    "rpm": rpm,
    "squashfs": by_program("mksquashfs", "in", "made", "-no-progress", "-quiet"),
    "tar-zst": lambda content: by_program("zstd", "-q", "-o", "made", f"in/{NAME}")(tarred(content)),
    "lzip": by_program("lzip", "-k", f"in/{NAME}", made=f"in/{NAME}.lz"),
    "brotli": by_program("brotli", "-o", "made", f"in/{NAME}"),
    "tar-brotli": lambda content: by_program("brotli", "-o", "made", f"in/{NAME}")(tarred(content)),
    "lzma": lambda content: lzma.compress(content, format=lzma.FORMAT_ALONE),
    "zip-lzma-14": lambda content: zipped(content, zipfile.ZIP_LZMA),
    "zip-xz-95": by_7zip("zip", "-mm=xz"),
    "zip-ppmd-98": by_7zip("zip", "-mm=PPMd"),
    "zip-aes-99": by_7zip("zip", "-mem=AES256", _PASSWORD),
    "7z-bzip2": by_7zip("7z", "-m0=BZip2"),
    "7z-deflate": by_7zip("7z", "-m0=Deflate"),
    "7z-bcj2": by_7zip("7z", "-m0=BCJ2", "-m1=LZMA", "-m2=LZMA", "-m3=LZMA", "-mb0:1", "-mb0s1:2", "-mb0s2:3"),
    "7z-split": lambda content: by_7zip("7z", "-v4k", "-mx=0", made="made.7z.001")(content + incompressible(9000)),
    "bz2-second-stream": lambda content: bz2.compress(b"harmless\n") + bz2.compress(content),
    "tar-second-archive": lambda content: tarred(b"harmless\n") + tarred(content),
    "gz-behind-program": lambda content: program() + gzip.compress(content, mtime=0),
    "zip-without-directory": zip_without_directory,
    "zip-other-method": zip_of_other_method,
}
"""What ClamAV answers with OK although a payload it knows is inside: by name, how it is made."""

ENCRYPTED: dict[str, Wrap] = {
    "zip-classic": by_program("zip", "-q", "-P", "x", "made", f"in/{NAME}", made="made.zip"),
    "zip-aes": by_7zip("zip", "-mem=AES256", _PASSWORD),
    "7z": by_7zip("7z", _PASSWORD),
    "7z-with-names": by_7zip("7z", "-mhe=on", _PASSWORD),
    "pdf": encrypted_pdf,
    "openssl": openssl,
    "openpgp": gpg,
    "zip-in-tar": lambda content: tarred(by_7zip("zip", _PASSWORD)(content)),
}
"""Encrypted containers, which nobody but the receiver can look into."""
