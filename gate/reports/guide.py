"""VERIFY.ja.md and VERIFY.en.md: how a recipient proves a release, with the gate or with stock tools.

They never carry a key or fingerprint as authority: whoever changes a release could change these as well.
"""

from __future__ import annotations

import os
import shlex
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from gate.record import layout
from gate.reports.escaping import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.policy.model import Policy
    from gate.record.statement import PromisedSignature
    from gate.text import Language

_TEMPLATES: Final = resources.files("gate.reports") / "templates"
_PLAIN: Final = frozenset(range(0x20, 0x7F)) - frozenset(b"'\\")
_MOST_SHOWN: Final = 40
"""Beyond this, signatures of single artifacts are left out: those of the list of digests cover all files."""


def render_guides(policy: Policy, promised: Sequence[PromisedSignature]) -> Mapping[str, bytes]:
    """Return each guide by its path in the release folder."""
    return {path: render_guide(policy, promised, language).encode() for language, path in layout.GUIDES.items()}


def render_guide(policy: Policy, promised: Sequence[PromisedSignature], language: Language) -> str:
    """Return the guide to what was signed, in Markdown; commands are for bash where nothing else is said."""
    deliverable = policy.deliverable
    named = [deliverable.title, deliverable.name, deliverable.version] if deliverable else []
    backends = {promise.backend for promise in promised}
    source = (_TEMPLATES / f"verify.{language}.md.j2").read_text(encoding="utf-8")
    return (
        _environment()
        .from_string(source)
        .render(
            title=" ".join(each for each in named if each),
            version=deliverable.version if deliverable else "",
            openpgp=list(_commands("openpgp", promised)),
            x509="x509" in backends,
            keyless="keyless" in backends,
        )
    )


def _commands(backend: str, promised: Sequence[PromisedSignature]) -> Iterator[tuple[str, str]]:
    """Yield signature and signed file, as they are on disk: first what covers everything, then single artifacts."""
    own = [promise for promise in promised if promise.backend == backend]
    own.sort(key=lambda promise: promise.signs not in layout.SIGNED)
    for promise in own[:_MOST_SHOWN]:
        yield os.fsdecode(layout.on_disk(promise.name)), os.fsdecode(layout.on_disk(promise.signs))


@cache
def _environment() -> Environment:
    # What is written is no HTML: every value goes through the escape function of the place that it is put in.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    environment.filters["md"] = markdown
    environment.filters["sh"] = _quoted
    return environment


def _quoted(text: str) -> str:
    """Return a text as one word of a shell, on one line of its code block."""
    if text.isprintable():
        return shlex.quote(text)
    raw = text.encode("utf-8", "surrogateescape")
    return "$'" + "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in raw) + "'"
