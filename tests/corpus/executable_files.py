"""The files of the corpus of executable formats: members of packages and files of this system, each content once.

From each package at most :data:`MOST` files of one extension are taken, in the order of a hash of their names, so that
a package of ten thousand icons does not outweigh all others and the choice is the same in every run.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import subprocess
import tarfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MOST = 12
"""Most files of one extension out of one package."""
LARGEST = 16 << 20
_UNIX = 3
_OPENED = frozenset({".jar", ".apk"})
"""Packages in packages whose members are taken as well."""
SYSTEM = (
    Path("/usr/bin"),
    Path("/usr/sbin"),
    Path("/usr/lib/x86_64-linux-gnu"),
    Path("/usr/lib/python3"),
    Path("/usr/share"),
    Path("/etc"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the corpus: where its bytes lie, its name in the package, and which package that is.

    ``group`` is ``registry/group`` of the source list, or ``system``; ``mode`` the permission bits recorded for it.
    """

    path: Path
    name: str
    package: str
    group: str
    mode: int | None
    size: int

    @property
    def title(self) -> str:
        """The name by which tables call it."""
        return f"{self.package}!/{self.name}" if self.package else self.name

    @property
    def last(self) -> str:
        """The last component of its name."""
        return PurePosixPath(self.name).name

    @property
    def suffix(self) -> str:
        """The extension, in lower case; versions behind ``.so`` are no part of it."""
        last = self.last.lower()
        return ".so" if ".so." in last else PurePosixPath(last).suffix


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    mode: int | None
    size: int
    read: Callable[[], bytes]


def _of_zip(data: bytes) -> Iterator[_Entry]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    for entry in archive.infolist():
        if not entry.is_dir():
            mode = (entry.external_attr >> 16) & 0o777 if entry.create_system == _UNIX else None
            yield _Entry(entry.filename, mode, entry.file_size, functools.partial(archive.read, entry))


def _of_tar(data: bytes) -> Iterator[_Entry]:
    archive = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115  # its members are read later, and it is all memory
    for member in archive:
        if member.isfile():
            yield _Entry(member.name, member.mode & 0o777, member.size, functools.partial(_content, archive, member))


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    return stream.read() if stream else b""


def _of_package(path: Path) -> Iterator[_Entry]:
    if path.suffix == ".deb":
        return _of_tar(subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True).stdout)
    if path.suffix in (".whl", ".zip"):
        return _of_zip(path.read_bytes())
    return _of_tar(gzip.decompress(path.read_bytes()))  # at once: reading its members out of order would begin anew


def _of_system(root: Path) -> Iterator[_Entry]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            yield _Entry(str(path), status.st_mode & 0o777, status.st_size, path.read_bytes)


class Corpus:
    """Collects the files into ``folder``, each content once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[str] = set()
        self.members: list[Member] = []

    def take(self, packages: Iterable[Path], sources: Path) -> None:
        """Take the packages, what is in them, and files of this system."""
        for package in packages:
            group = str(package.parent.parent.relative_to(sources))
            self._keep(_Entry(package.name, 0o644, package.stat().st_size, package.read_bytes), "", group)
            self._take_members(_of_package(package), package.name, group)
        for root in SYSTEM:
            self._take_members(_of_system(root), "", "system")

    def _take_members(self, entries: Iterator[_Entry], package: str, group: str) -> None:
        """Take a choice of the entries that is the same in every run."""
        counts: dict[str, int] = defaultdict(int)
        for entry in sorted(entries, key=_by_hash):
            suffix = Member(Path(), entry.name, package, group, None, 0).suffix
            if counts[suffix] >= MOST:
                continue
            data = self._keep(entry, package, group)
            counts[suffix] += data is not None
            if data and suffix in _OPENED:
                self._take_members(_of_zip(data), f"{package}!/{entry.name}", group)

    def _keep(self, entry: _Entry, package: str, group: str) -> bytes | None:
        if not 0 < entry.size <= LARGEST:
            return None
        data = entry.read()
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._known:
            return None
        self._known.add(digest)
        path = self._folder / digest
        path.write_bytes(data)
        self.members.append(Member(path, entry.name, package, group, entry.mode, len(data)))
        return data


def _by_hash(entry: _Entry) -> tuple[int, str]:
    return zlib.crc32(entry.name.encode("utf-8", "surrogateescape")), entry.name
