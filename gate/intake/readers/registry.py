"""Which reader opens a container, by the label that ``gate.intake.identify`` gives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gate.intake.readers import streams, tar, zip
from gate.intake.readers.interface import Reader

READERS: Mapping[str, Reader] = MappingProxyType({
    "zip": zip.read,
    "tar": tar.read,
    "gzip": streams.read_gzip,
    "bzip2": streams.read_bzip2,
    "xz": streams.read_xz,
    "lzma": streams.read_lzma,
})
