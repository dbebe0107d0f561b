"""How the facts of two examinations differ: files, executables, hosts that are contacted, engines.  Pure.

Where one artifact alone has another name than before (``app-1.4.zip``, ``app-1.5.zip``) it is the same one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.models import Comparison, Difference, ExecutableFact, ItemFact, LinkFact, OutboundFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import EngineInfo, Examination

MOST_LISTED: Final = 200
"""How many differences of each sort are named; all are counted."""
_ARTIFACT = re.compile(r"[^/!]*")
"""The name of the artifact at the beginning of an item path."""


def compare_files(before: Examination, now: Examination) -> Comparison:
    """Compare files and links at any depth by path, content and mode."""
    renamed = _renamed(before, now)
    return compared({_moved(path, renamed): content for path, content in _files(before).items()}, _files(now))


def compare_executables(before: Examination, now: Examination) -> Comparison:
    """Compare what is in executable program format, by path, format and content."""
    renamed = _renamed(before, now)
    return compared(
        {_moved(path, renamed): content for path, content in _executables(before).items()}, _executables(now)
    )


def compare_hosts(before: Examination, now: Examination) -> Comparison:
    """Compare the hosts of contacts, and by which ways they are reached."""
    return compared(_hosts(before), _hosts(now), told=True)


def compare_engines(before: Examination, now: Examination) -> Comparison:
    """Compare engines by version and database."""
    return compared(
        {engine.name: _engine(engine) for engine in before.engines},
        {engine.name: _engine(engine) for engine in now.engines},
        told=True,
    )


def compared(before: Mapping[str, str], now: Mapping[str, str], *, told: bool = False) -> Comparison:
    """Compare two mappings of names to what they stand for; ``told`` puts that into the names of the differences."""
    added = sorted(now.keys() - before.keys())
    removed = sorted(before.keys() - now.keys())
    both = before.keys() & now.keys()
    changed = sorted(name for name in both if before[name] != now[name])
    return Comparison(
        added=len(added),
        removed=len(removed),
        changed=len(changed),
        same=len(both) - len(changed),
        differences=(
            *(Difference("added", _told(name, now[name], told=told)) for name in added[:MOST_LISTED]),
            *(Difference("removed", _told(name, before[name], told=told)) for name in removed[:MOST_LISTED]),
            *(
                Difference("changed", _told(name, f"{before[name]} → {now[name]}", told=told))
                for name in changed[:MOST_LISTED]
            ),
        ),
    )


def _told(name: str, text: str, *, told: bool) -> str:
    return f"{name}: {text}" if told else name


def _renamed(before: Examination, now: Examination) -> dict[str, str]:
    """Return the new name of the one artifact that has another; nothing where more than one has."""
    old = [artifact.path for artifact in before.artifacts]
    new = [artifact.path for artifact in now.artifacts]
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    return dict(zip(gone, come, strict=True)) if len(gone) == len(come) == 1 else {}


def _moved(path: str, renamed: Mapping[str, str]) -> str:
    if not renamed:
        return path
    return _ARTIFACT.sub(lambda match: renamed.get(match[0], match[0]), path, count=1)


def _files(examination: Examination) -> dict[str, str]:
    files: dict[str, str] = {}
    for fact in examination.facts:
        if isinstance(fact, ItemFact):
            files[fact.path] = f"{fact.sha256} {fact.mode}"
        elif isinstance(fact, LinkFact):
            files[fact.path] = f"{fact.link} {fact.target}"
    return files


def _executables(examination: Examination) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for fact in examination.facts:
        if isinstance(fact, ExecutableFact):
            found.setdefault(fact.path, set()).add(f"{fact.class_} {fact.format} {fact.sha256}")
    return {path: ", ".join(sorted(kinds)) for path, kinds in found.items()}


def _hosts(examination: Examination) -> dict[str, str]:
    reached: dict[str, set[str]] = {}
    for fact in examination.facts:
        if isinstance(fact, OutboundFact) and fact.host:
            reached.setdefault(fact.host, set()).add(fact.reach)
    return {host: ", ".join(sorted(reaches)) for host, reaches in reached.items()}


def _engine(engine: EngineInfo) -> str:
    database = engine.database
    known = f" ({database.kind} {database.version} {database.date})" if database else ""
    return f"{engine.version}{known}"
