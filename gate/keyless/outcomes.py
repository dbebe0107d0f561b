"""What a check of a bundle can say, and how far it got before."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Outcome: TypeAlias = Literal[
    "valid",
    "malformed",
    "other-kind",
    "no-time",
    "timestamp",
    "certificate",
    "certificate-log",
    "identity",
    "issuer",
    "repository",
    "log",
    "bad",
    "log-entry",
    "differs",
    "failed",
]
"""What was found, from the first thing that is looked at to the last.

``other-kind``: a signature over a file where a statement is signed, or the other way round; ``no-time``: nothing says
when it was signed; ``timestamp``: one that is not of a trusted authority; ``certificate``: not of the trusted
authority, or not valid at that time; ``certificate-log``: the certificate was not published; ``identity``,
``issuer``: of somebody who is not accepted; ``repository``: of an accepted workflow that another repository has
called; ``log``: the transparency log does not prove the entry; ``bad``: signed
by another key; ``log-entry``: the log's entry is of another signature; ``differs``: other bytes were signed;
``failed``: nothing can be said.
"""

ORDER: Final[tuple[Outcome, ...]] = get_args(Outcome)[1:]
"""How far a check got: where several roots are trusted, the one that got furthest tells why."""

TimeSource: TypeAlias = Literal["timestamp", "log"]
"""Who says when it was signed: a time-stamping authority (RFC 3161), or the transparency log."""

Form: TypeAlias = Literal["statement", "file"]
"""What a bundle signs: the bytes of an in-toto statement (as a DSSE payload), or the digest of a file."""
