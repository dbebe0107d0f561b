"""Archives of a release folder, made by libraries and tools that know nothing of the gate."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER_MODE = 0o755


def entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every entry below a folder with its name there, in order."""
    for path in sorted(folder.rglob("*")):
        yield path.relative_to(folder).as_posix(), path


def zip_of(
    folder: Path,
    out: Path,
    *,
    top: str = "release/",
    modes: bool = True,
    spoil: Callable[[zipfile.ZipFile], None] | None = None,
) -> Path:
    """Write a zip file of a folder that holds no links; without ``modes`` as a system writes it that has none."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in entries(folder):
            if path.is_dir():
                continue
            info = zipfile.ZipInfo(f"{top}{name}", date_time=(2026, 11, 26, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3 if modes else 0
            info.external_attr = (stat.S_IFREG | stat.S_IMODE(path.stat().st_mode)) << 16 if modes else 0x20
            archive.writestr(info, path.read_bytes())
        if spoil:
            spoil(archive)
    return out


def tar_of(
    folder: Path,
    out: Path,
    *,
    top: str = "release/",
    mode: str = "w",
    form: int = tarfile.PAX_FORMAT,
    spoil: Callable[[tarfile.TarFile], None] | None = None,
) -> Path:
    """Write a tar file of a folder, links as links."""
    with tarfile.open(out, mode, format=form) as archive:  # type: ignore[call-overload]  # a mode that tests choose
        for name, path in entries(folder):
            archive.add(path, f"{top}{name}", recursive=False)
        if spoil:
            spoil(archive)
    return out


def add_to_tar(name: str, data: bytes = b"", **changes: object) -> Callable[[tarfile.TarFile], None]:
    """Return what adds one member to a tar file."""

    def spoil(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        for key, value in changes.items():
            setattr(info, key, value)
        archive.addfile(info, io.BytesIO(data))

    return spoil
