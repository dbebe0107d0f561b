"""What stands in a commit or tag object: its fields, and the signature in it with the bytes that it is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gate.models import SignatureKind
from gate.paths import printable
from gate.source.objects import Trouble

_SHOWN: Final = 200
"""Characters of a name that are kept."""
_PERSON: Final = re.compile(rb"(?P<who>[^\n]{0,1000}) (?P<time>[0-9]{1,12}) [+-][0-9]{4}")
_SIGNED_FIELDS: Final = frozenset({b"gpgsig", b"gpgsig-sha256"})
_ONCE: Final = frozenset({b"tree", b"author", b"committer", b"object", b"type", b"tag", b"tagger", *_SIGNED_FIELDS})
_ARMOURS: Final[tuple[tuple[bytes, SignatureKind], ...]] = (
    (b"-----BEGIN PGP SIGNATURE-----", "openpgp"),
    (b"-----BEGIN PGP MESSAGE-----", "openpgp"),
    (b"-----BEGIN SSH SIGNATURE-----", "ssh"),
    (b"-----BEGIN SIGNED MESSAGE-----", "x509"),
)
"""How signatures begin (git, ``gpg-interface.c``: the formats of ``gpg.format``)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature in an object: its kind, its bytes, and the bytes that it is over; kind "" where there is none."""

    kind: SignatureKind
    signature: bytes = b""
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Commit:
    """The fields of a commit; names are escaped for display, times RFC 3339 in UTC or empty."""

    tree: str
    author: str
    authored_at: str
    committer: str
    committed_at: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Tag:
    """An annotated tag: the object that it is of, the type of that, its own name, and its signature."""

    object: str
    type: str
    name: bytes
    signed: Signed


def read_commit(content: bytes) -> Commit:
    """Return the fields of a commit object; raises :class:`Trouble` where it is none."""
    fields = _fields(content)
    author, authored_at = _person(fields.get(b"author", b""))
    committer, committed_at = _person(fields.get(b"committer", b""))
    signature = fields.get(b"gpgsig") or fields.get(b"gpgsig-sha256") or b""
    signed = _signed(signature, _unsigned(content)) if signature else Signed("")
    return Commit(_id(fields, b"tree"), author, authored_at, committer, committed_at, signed)


def read_tag(content: bytes) -> Tag:
    """Return the fields of a tag object; raises :class:`Trouble` where it is none.

    Its signature stands at the end of the message and is over all that stands before it.
    """
    fields = _fields(content)
    places = [place for mark, _ in _ARMOURS if (place := content.rfind(b"\n" + mark)) >= 0]
    signed = Signed("")
    if places:
        start = max(places) + 1
        signed = _signed(content[start:], content[:start])
    kind = fields.get(b"type", b"").decode("utf-8", "replace")
    return Tag(_id(fields, b"object"), kind, fields.get(b"tag", b""), signed)


def _signed(signature: bytes, payload: bytes) -> Signed:
    """Return a signature as its tool writes it: with one line end at its end, which git keeps or not."""
    return Signed(kind_of(signature), signature.rstrip(b"\n") + b"\n", payload)


def kind_of(signature: bytes) -> SignatureKind:
    """Return of which kind a signature is, by how it begins."""
    return next((kind for mark, kind in _ARMOURS if signature.startswith(mark)), "unknown")


def _fields(content: bytes) -> dict[bytes, bytes]:
    """Return the header fields; a line that begins with a blank goes on with the field before it."""
    head = content.partition(b"\n\n")[0]
    fields: dict[bytes, list[bytes]] = {}
    name = b""
    for line in head.split(b"\n"):
        if line.startswith(b" "):
            if name in _SIGNED_FIELDS:
                fields[name].append(line[1:])
            continue
        name, _, value = line.partition(b" ")
        if name in _ONCE:
            if name in fields:
                raise Trouble("corrupt", "a field stands twice")
            fields[name] = [value]
    return {name: b"\n".join(lines) for name, lines in fields.items()}


def _id(fields: dict[bytes, bytes], name: bytes) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


def _person(value: bytes) -> tuple[str, str]:
    """Return ``name <address>`` for display, and the time in UTC."""
    found = _PERSON.fullmatch(value)
    who = printable(found["who"] if found else value)[:_SHOWN]
    if found is None:
        return who, ""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(found["time"]))
    except OverflowError:
        return who, ""
    return who, moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unsigned(content: bytes) -> bytes:
    """Return a commit without its signatures: what they are over (git, ``commit.c``)."""
    head, separator, message = content.partition(b"\n\n")
    kept, dropping = [], False
    for line in head.split(b"\n"):
        dropping = line.startswith(b" ") if dropping else False
        dropping = dropping or line.partition(b" ")[0] in _SIGNED_FIELDS
        if not dropping:
            kept.append(line)
    return b"\n".join(kept) + separator + message
