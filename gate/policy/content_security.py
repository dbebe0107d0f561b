"""The Content-Security-Policy that declared destinations allow (W3C Content Security Policy Level 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.policy.contacts import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Judgement, OutboundFact
    from gate.policy.model import Destination, Policy

DIRECTIVES: Final = (
    ("script-src", r"script\[src|(?<!@)\bimport\b|importmap|importScripts|modulepreload|\bas=script"),
    ("worker-src", r"worker"),
    ("style-src", r"link\[href\].*stylesheet|rel=stylesheet|@import|stylesheet"),
    ("font-src", r"@font-face|\bas=font"),
    ("img-src", r"img\[|image|icon|srcset|background|input\[src|feImage|picture|poster|cursor|url\(|\.src\b|\btile"),
    ("media-src", r"video|audio|source\[|track\["),
    ("frame-src", r"iframe|frame\[|portal|fencedframe"),
    ("object-src", r"object\[|embed\[|applet"),
    ("manifest-src", r"manifest"),
    ("form-action", r"form\[|formaction"),
    ("connect-src", r"fetch|XMLHttpRequest|open\b|WebSocket|EventSource|sendBeacon|ajax|axios|ping|connect|request"),
)
"""Directive, and what the name of a construct holds that falls under it; the first that fits counts."""
_PATTERNS: Final = tuple((directive, re.compile(pattern, re.IGNORECASE)) for directive, pattern in DIRECTIVES)
_PORT: Final = re.compile(r"[a-z]+://[^/?#]*?(:[0-9]{1,5})(?:[/?#]|\Z)")
_FALLBACK: Final = "default-src"
_FIXED: Final = (
    ("object-src", "'none'"),
    ("base-uri", "'self'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'self'"),
)
"""Directives that do not fall back to ``default-src``, or should be closed where nothing is declared for them."""


def content_security_policy(judgement: Judgement, policy: Policy) -> str:
    """Return the value of the header: the site itself, and every declared destination where it is really used.

    A destination that nothing contacts is not in it; what is used in a way that has no directive of its own is allowed
    by ``default-src``.  Inline scripts and styles are not allowed: that is not the destinations' affair.
    """
    entries = {entry.id: entry for entry in policy.outbound.destination}
    sources: dict[str, set[str]] = {_FALLBACK: {"'self'"}}
    read = {(judged.fact.path, judged.fact.url) for judged in judgement.outbound if judged.fact.via != OBSERVED}
    for judged in judgement.outbound:
        observed_again = judged.fact.via == OBSERVED and (judged.fact.path, judged.fact.url) in read
        if judged.declared_by is None or observed_again:
            continue
        entry = entries.get(judged.declared_by)  # none for the hosts of the recipient
        allowed = _origin(judged.fact) if entry is None else _source(entry, judged.fact)
        sources.setdefault(directive_of(judged.fact), {"'self'"}).add(allowed)
    lines = {name: _line(name, values) for name, values in sources.items()}
    for name, value in _FIXED:
        lines.setdefault(name, f"{name} {value}")
    order = [_FALLBACK, *(name for name, _ in DIRECTIVES), *(name for name, _ in _FIXED)]
    return "; ".join(lines[name] for name in dict.fromkeys(order) if name in lines)


def directive_of(fact: OutboundFact) -> str:
    """Return the directive under which a browser holds a contact."""
    return next((directive for directive, pattern in _PATTERNS if pattern.search(fact.via)), _FALLBACK)


def _line(name: str, values: Iterable[str]) -> str:
    # What the site itself is comes first, as everybody writes it.
    return f"{name} {' '.join(sorted(values, key=lambda each: (not each.startswith(chr(39)), each)))}"


def _source(entry: Destination, fact: OutboundFact) -> str:
    """Return the source expression of a destination: its URL up to the first ``*`` where that ends a folder."""
    if entry.url is None:
        return f"{_scheme(fact)}://{entry.host}" if entry.host.startswith("*.") else _origin(fact)
    before, star, _ = entry.url.partition("*")
    folder = before[: before.rindex("/") + 1] if star else before
    return re.split(r"[?#;, ]", folder, maxsplit=1)[0]


def _origin(fact: OutboundFact) -> str:
    """Return scheme, host and port of a contact; the host is the fact's own, which is checked, and not the URL's."""
    port = _PORT.match(fact.url)
    return f"{_scheme(fact)}://{fact.host}{port[1] if port else ''}"


def _scheme(fact: OutboundFact) -> str:
    scheme, separator, _ = fact.url.partition("://")
    return scheme if separator and scheme.isalpha() else "https"
