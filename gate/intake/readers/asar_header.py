"""The header of an asar archive (Electron, "asar format"): a JSON object, in two of Chromium's pickles."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Options, Source

_PICKLES = struct.Struct("<LLLL")
_FIRST = 4
"""Size of the content of the first pickle: one number."""
_NUMBER = 4
_MOST_BYTES = 16 << 20
"""Bytes of JSON beyond which an archive is not read: as objects they take some twenty times as much memory."""
_OFFSET = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class Node:
    """A file, folder or link of the header: its whole path, its fields, and what is wrong with these.

    ``span`` is where its content is, counted from the end of the header; None for what has none in the archive.
    """

    path: bytes
    fields: dict[str, Any] = field(repr=False)
    span: tuple[int, int] | None = None
    problem: str = ""

    @property
    def kind(self) -> str:
        """``folder``, ``link``, ``unpacked`` or ``file``."""
        if "files" in self.fields:
            return "folder"
        if "link" in self.fields:
            return "link"
        return "unpacked" if self.fields.get("unpacked") is True else "file"


@dataclass(frozen=True)
class AsarHeader:
    """The tree of an archive, where its JSON ends and its files begin, and whether something is there twice."""

    tree: dict[str, Any] = field(repr=False)
    text_end: int
    base: int
    repeated: bool
    consistent: bool


def read_header(source: Source) -> AsarHeader:
    """Return the header; raises :class:`Damaged` where there is none that can be read."""
    sizes = source.read_at(0, _PICKLES.size)
    if len(sizes) < _PICKLES.size:
        raise Damaged("truncated header")
    first, pickle, payload, length = _PICKLES.unpack(sizes)
    text_end, base = _PICKLES.size + length, 2 * _NUMBER + pickle
    if length > _MOST_BYTES:
        raise Damaged(f"header of more than {_MOST_BYTES >> 20} MiB", "too-large")
    if text_end > base or base > source.size:
        raise Damaged("truncated header")
    tree, repeated = _parse(source.read_at(_PICKLES.size, length))
    consistent = first == _FIRST and payload + _NUMBER == pickle and base - text_end < _NUMBER
    return AsarHeader(tree, text_end, base, repeated, consistent)


def _parse(text: bytes) -> tuple[dict[str, Any], bool]:
    repeated = False

    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        repeated = repeated or len(found) != len(pairs)
        return found

    try:
        tree = json.loads(text.decode("utf-8"), object_pairs_hook=to_object, parse_constant=_refuse)
    except RecursionError as error:
        raise Damaged("header is nested too deep", "too-deep") from error
    except ValueError as error:  # of JSON, of numbers and of UTF-8
        raise Damaged("header is no JSON") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("files"), dict):
        raise Damaged("header without files")
    return tree, repeated


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def nodes(header: AsarHeader, options: Options) -> Iterator[Node]:
    """Yield all that is in the archive, folders before what is in them.

    What lies deeper, or below a longer path, than names may is not gone into: the caller finds its bytes in a gap.
    """
    waiting = [(b"", 0, iter(header.tree["files"].items()))]
    while waiting:
        folder, depth, items = waiting[-1]
        item = next(items, None)
        if item is None:
            waiting.pop()
            continue
        node = _node(folder, *item)
        yield node
        if node.kind != "folder" or node.problem:
            continue
        if depth < options.name_depth and len(node.path) <= options.name_bytes:
            waiting.append((node.path + b"/", depth + 1, iter(node.fields["files"].items())))


def _node(folder: bytes, name: str, fields: object) -> Node:
    path = folder + name.encode("utf-8", "surrogatepass")
    if not isinstance(fields, dict):
        return Node(path, {}, problem="entry is no object")
    if "/" in name:
        return Node(path, fields, _span(fields), "slash in a name")
    if "files" in fields and not isinstance(fields["files"], dict):
        return Node(path, {}, problem="folder is no object")
    if len(fields.keys() & {"files", "link", "offset"}) > 1:
        return Node(path, fields, problem="file, folder and link at once")
    node = Node(path, fields, _span(fields))
    if node.kind == "file" and node.span is None:
        return Node(path, fields, problem="file without offset and size")
    if node.kind == "link" and not isinstance(fields["link"], str):
        return Node(path, {}, problem="link without a target")
    return node


def _span(fields: dict[str, Any]) -> tuple[int, int] | None:
    offset, size = fields.get("offset"), fields.get("size")
    if not isinstance(offset, str) or not _OFFSET.fullmatch(offset):
        return None
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63:
        return None
    return int(offset), int(offset) + size
