"""Which reader opens a container, by the label that ``gate.intake.identify`` gives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gate.intake.readers import streams, tar
from gate.intake.readers.interface import Reader
from gate.intake.readers.zip import read as read_zip

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "zip": read_zip,
        "tar": tar.read,
        "gzip": streams.read_gzip,
        "bzip2": streams.read_bzip2,
        "xz": streams.read_xz,
        "lzma": streams.read_lzma,
    }
)
