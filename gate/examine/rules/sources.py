"""The sources of YARA rules: found and read by the gate, compiled by the confined worker.

Sources and never compiled rules are used, as a forged compiled file loads without complaint and matches nothing.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import NamedTuple

import msgpack

from gate.errors import EngineFailure
from gate.models import Aspect
from gate.paths import printable

MOST_PACKED = 15 << 20
"""Largest rule set after packing, in bytes: what one message to a worker carries.  Rules shrink to a fifth or less."""
_NAMED = re.compile(r"(?<![$#@!\w])(filename|extension)\b")
_DESCRIBED = re.compile(r'^\s*\w+\s*=\s*".*"\s*$', re.MULTILINE)
"""A line of metadata."""

SUFFIXES = frozenset({".yar", ".yara"})
"""Files whose names end so are rule sources; all others in a rule folder are left alone."""


class RuleSource(NamedTuple):
    """One rule file: ``name`` is its place below the folder that was given, unique in a set, and safe to show.

    It is a plain tuple besides, so that it passes to a worker as it is.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleSources:
    """A set of rule files in order of their names, and the SHA-256 that stands for all of them."""

    sources: tuple[RuleSource, ...]
    sha256: str


def rule_set(sources: Iterable[RuleSource]) -> RuleSources:
    """Return ``sources`` as a set.

    The digest is the SHA-256 of one line for each source in order of the names: the SHA-256 of its UTF-8 text, two
    spaces and its name, as ``sha256sum`` prints it.
    """
    ordered = tuple(sorted(sources, key=lambda source: source.name))
    lines = (f"{hashlib.sha256(source.text.encode()).hexdigest()}  {source.name}\n" for source in ordered)
    return RuleSources(ordered, hashlib.sha256("".join(lines).encode()).hexdigest())


def read_rule_sources(folders: Sequence[Path]) -> RuleSources:
    """Return all rule files in ``folders``, at any depth; a single file may be given in the place of a folder.

    Raises ``EngineFailure`` where a folder or file cannot be read, a file is not UTF-8, or a folder has no rules: a
    rule set that was asked for and is not there must never pass as one that found nothing.
    """
    texts: dict[str, str] = {}
    for folder in folders:
        files = _rule_files(folder)
        if not files:
            raise EngineFailure("examine.yara-no-rules", folder=printable(str(folder)))
        for file in files:
            relative = file.relative_to(folder) if file != folder else Path(file.name)
            texts[_unused(printable(f"{folder.name}/{relative}" if file != folder else file.name), texts)] = _text(file)
    return rule_set(RuleSource(name, text) for name, text in texts.items())


def pack(rules: RuleSources) -> bytes:
    """Return the sources as one small block that :func:`unpack` reads, for the way to a worker.

    Raises ``EngineFailure`` where they are more than a message holds.
    """
    packed = zlib.compress(msgpack.packb([list(source) for source in rules.sources]), 6)
    if len(packed) > MOST_PACKED:
        raise EngineFailure("examine.yara-rules-too-large", megabytes=len(packed) >> 20, limit=MOST_PACKED >> 20)
    return packed


def unpack(packed: bytes) -> list[tuple[str, str]]:
    """Return the names and texts of :func:`pack`."""
    return [(name, text) for name, text in msgpack.unpackb(zlib.decompress(packed))]


def aspects(rules: RuleSources) -> frozenset[Aspect]:
    """Return what the results of these rules depend on: the content, and the name too where a rule may ask for it.

    Public rule sets have an external variable ``filename``, and ``extension``.  Sources that mention one of the words
    count, also in a comment, so that results are never shared between items that a rule could tell apart by name.
    """
    if any(_NAMED.search(_DESCRIBED.sub("", source.text)) for source in rules.sources):
        return frozenset({"content", "name"})
    return frozenset({"content"})


def _rule_files(folder: Path) -> list[Path]:
    try:
        if folder.is_file():
            return [folder]
        return sorted(path for path in _walk(folder, set()) if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise _unreadable(folder, error) from error


def _walk(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """Return the files below ``folder``, also behind links, each folder once and ``seen`` those that were.

    Unlike ``Path.rglob`` it raises where a folder cannot be listed or a link leads nowhere.
    """
    status = folder.stat()
    if (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        found += _walk(entry, seen) if S_ISDIR(entry.stat().st_mode) else [entry]
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise EngineFailure("examine.yara-rule-encoding", file=printable(str(file))) from error
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: OSError) -> EngineFailure:
    return EngineFailure("examine.yara-rules-unreadable", path=printable(str(path)), error=error.strerror or str(error))


def _unused(name: str, taken: Iterable[str]) -> str:
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}-{count}"
    return unique
