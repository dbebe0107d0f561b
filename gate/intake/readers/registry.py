"""Which reader opens a container, by the label that ``gate.intake.identify`` gives it.

Readers are named and imported only when asked for, so that the gate itself loads none of the parsers, and each kind
of worker loads just its own (``GROUPS``).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from gate.intake.readers.interface import Reader

Group: TypeAlias = Literal["own", "program", "library", "document"]
"""What a worker loads: our own strict readers, external programs, native libraries, or parsers of documents."""


class Place(NamedTuple):
    """Where a reader is: its module below ``gate.intake.readers``, its function, and the group of its worker."""

    module: str
    function: str
    group: Group


_SEVENZIP = (
    "7z cab iso udf rpm xar dmg squashfs wim chm lzh arj ext fat ntfs hfs apfs gpt mbr vhd vhdx vmdk vdi qcow cramfs "
    "szdd compress nsis"
)
_DOCUMENTS = "mail mbox tnef binhex pdf ole rtf"

READERS: Mapping[str, Place] = MappingProxyType(
    {
        "zip": Place("zip", "read", "own"),
        "tar": Place("tar", "read", "own"),
        "gzip": Place("streams", "read_gzip", "own"),
        "bzip2": Place("streams", "read_bzip2", "own"),
        "xz": Place("streams", "read_xz", "own"),
        "lzma": Place("streams", "read_lzma", "own"),
        "zstd": Place("streams", "read_zstd", "own"),
        "lzip": Place("streams", "read_lzip", "own"),
        "lz4": Place("streams", "read_lz4", "own"),
        "ar": Place("ar", "read", "own"),
        "deb": Place("ar", "read", "own"),
        "cpio": Place("cpio", "read", "own"),
        "asar": Place("asar", "read", "own"),
        **{label: Place(label, "read", "own") for label in ("installshield", "sis", "upx")},
        "overlay": Place("overlay", "read", "own"),
        "picture": Place("picture", "read", "own"),
        **{label: Place("sevenzip", "read", "program") for label in _SEVENZIP.split()},
        "rar": Place("rar", "read", "library"),
        **{label: Place(label, "read", "document") for label in _DOCUMENTS.split()},
        "uuencode": Place("encoded", "read", "document"),
    }
)


def modules_of(group: Group) -> tuple[str, ...]:
    """Return the modules that a worker of ``group`` has to import before it is confined."""
    names = {f"gate.intake.readers.{place.module}" for place in READERS.values() if place.group == group}
    return tuple(sorted(names))


def reader_for(label: str) -> Reader:
    """Return the reader of the containers with ``label``; raises ``KeyError`` where there is none."""
    place = READERS[label]
    reader: Reader = getattr(importlib.import_module(f"gate.intake.readers.{place.module}"), place.function)
    return reader
