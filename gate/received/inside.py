"""The inside of the confined process that reads the archive of a release, with the readers that examine deliveries."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.intake.readers import streams, tar
from gate.intake.readers import zip as zip_reader
from gate.intake.readers.interface import Options, Source
from gate.intake.unpacker import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gate.intake.readers.interface import Reader

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "zip": zip_reader.read,
        "tar": tar.read,
        "gzip": streams.read_gzip,
        "bzip2": streams.read_bzip2,
        "xz": streams.read_xz,
        "zstd": streams.read_zstd,
    }
)
"""The forms in which a release is taken; a compressed one has to hold a tar file."""


def serve(options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Sequence[int]], Iterator[list[Any]]]:
    """Return the handler of requests with one open file; ``options`` are those of the readers.

    The first answer is all that the file is by its content.  Where that is one of ``READERS`` alone, its events follow,
    as :mod:`gate.intake.unpacker` sends them.
    """

    def handle(request: Mapping[str, Any], descriptors: Sequence[int]) -> Iterator[list[Any]]:
        del request
        source = Source(descriptors[0])
        head = source.read_at(0, HEAD_BYTES)
        tail = source.read_at(max(0, source.size - TAIL_BYTES), TAIL_BYTES)
        labels = identify(head, tail, source.size)
        yield list(labels)
        if len(labels) == 1 and labels[0] in READERS:
            yield from batches(READERS[labels[0]](source, Options(**options, label=labels[0])))

    return handle
