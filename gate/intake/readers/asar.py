"""A strict reader of asar archives: every byte behind the header belongs to a file, or is shown as hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from gate.intake.readers.asar_header import AsarHeader, Node, nodes, read_header
from gate.intake.readers.checks import bounded
from gate.intake.readers.decoders import Region
from gate.intake.readers.entries import Entries
from gate.intake.readers.interface import Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import hidden

_EXECUTABLE, _PLAIN = 0o755, 0o644
_SMALLEST_BLOCK = 1 << 10


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of an asar archive and all that is wrong with it."""
    yield from bounded(_events(source, options), options)


def _events(source: Source, options: Options) -> Iterator[Event]:
    header = read_header(source)
    entries = Entries(source, options)
    if header.repeated:
        yield Trouble("name twice in one object of the header", issue="ambiguous")
    if not header.consistent:
        yield Trouble("sizes in the header differ", issue="ambiguous")
    if any(source.read_at(header.text_end, header.base - header.text_end)):
        yield from entries.carry("gap", header.text_end, header.base, hidden("data behind the header"))
    files = []
    for node in nodes(header, options):
        if node.span is not None and (node.kind == "file" or node.problem):
            files.append(node)
        else:
            yield from _without_content(node, entries)
    yield from _files(source, header, sorted(files, key=_span_of), entries)
    yield from entries.end()


def _span_of(node: Node) -> tuple[int, int]:
    return node.span or (0, 0)


def _without_content(node: Node, entries: Entries) -> Iterator[Event]:
    if node.kind == "link":
        # Targets count from the top of the archive, those of links from their own folder.
        target = b"../" * node.path.count(b"/") + node.fields["link"].encode("utf-8", "surrogatepass")
        yield from entries.begin(Member(node.path, "symbolic-link", target=target))
    elif node.kind == "folder" and not node.problem:
        yield from entries.begin(Member(node.path, "folder"))
    else:
        yield from entries.begin(Member(node.path, mode=_mode(node.fields)))
        if node.kind == "unpacked":
            yield Trouble("unpacked: its content is not in the archive", reason="unsupported", in_member=True)
        else:
            yield Trouble("no content", reason="corrupt", in_member=True)
    if node.problem:
        yield Trouble(node.problem, issue="ambiguous", in_member=True)


def _files(source: Source, header: AsarHeader, files: list[Node], entries: Entries) -> Iterator[Event]:
    """Yield the files in the order of their bytes, and what lies between and behind them."""
    cursor = header.base
    last = (0, 0)
    for node in files:
        start, stop = (header.base + place for place in _span_of(node))
        yield from entries.carry("gap", cursor, min(start, source.size), hidden("data between files"))
        yield from entries.begin(Member(node.path, mode=_mode(node.fields), size=stop - start))
        if start < cursor and (start, stop) != last and start < stop:
            yield Trouble("overlapping files", issue="ambiguous", in_member=True)
        if node.problem:
            yield Trouble(node.problem, issue="ambiguous", in_member=True)
        yield from entries.content(start, stop)
        if "integrity" in node.fields and stop <= source.size:
            yield from _integrity(source, start, stop, node.fields["integrity"])
        cursor, last = max(cursor, stop), (start, stop)
    yield from entries.carry("trailing", cursor, source.size, hidden("data behind the last file"))


def _mode(fields: dict[str, Any]) -> int:
    return _EXECUTABLE if fields.get("executable") is True else _PLAIN


def _integrity(source: Source, start: int, stop: int, wanted: object) -> Iterator[Trouble]:
    """Compare the digest of a file, and those of its blocks, with what the header says."""
    if not isinstance(wanted, dict) or wanted.get("algorithm") != "SHA256":
        yield Trouble("integrity in an unknown form", issue="ambiguous", in_member=True)
        return
    if _digest(source, start, stop) != wanted.get("hash"):
        yield Trouble("digest mismatch", reason="corrupt", in_member=True)
        return
    size, blocks = wanted.get("blockSize"), wanted.get("blocks")
    if not isinstance(size, int) or size < _SMALLEST_BLOCK or not isinstance(blocks, list):
        yield Trouble("integrity in an unknown form", issue="ambiguous", in_member=True)
    elif stop - start <= size * len(blocks) < stop - start + size or (start == stop and len(blocks) <= 1):
        places = range(start, max(stop, start + 1), size)
        if any(
            _digest(source, place, min(place + size, stop)) != block
            for place, block in zip(places, blocks, strict=False)
        ):
            yield Trouble("digest of a block differs", reason="corrupt", in_member=True)
    else:
        yield Trouble("wrong number of digests", reason="corrupt", in_member=True)


def _digest(source: Source, start: int, stop: int) -> str:
    digest = hashlib.sha256()
    for block in Region(source, start, stop).blocks():
        digest.update(block)
    return digest.hexdigest()
