"""What can be wrong with a service of the simulated instance, on demand."""

from __future__ import annotations

from typing import Literal, TypeAlias

Service: TypeAlias = Literal["fulcio", "rekor", "tsa", "issuer"]

Fault: TypeAlias = Literal[
    "down",
    "slow",
    "dripping",
    "garbage",
    "endless",
    "error",
    "refused",
    "busy",
    "moved",
    "wrong-set",
    "wrong-proof",
    "foreign-log",
    "wrong-body",
    "foreign-tsa",
    "wrong-imprint",
    "foreign-ca",
    "no-sct",
    "foreign-sct",
    "other-identity",
    "expired",
]
"""Of any service: ``down`` hangs up at once, ``slow`` never answers, ``dripping`` sends a byte of its head now and
then, ``garbage`` answers with what is not JSON, ``endless`` never stops sending, ``error`` is status 500, ``refused``
status 403, ``busy`` status 429, ``moved`` sends the client elsewhere.

Of Rekor: ``wrong-set`` and ``foreign-log`` sign with a key that nobody trusts (the promise alone, or all),
``wrong-proof`` leads to another root, ``wrong-body`` logs another entry than was asked for.

Of the TSA: ``foreign-tsa`` is one that nobody trusts, ``wrong-imprint`` stamps other bytes.

Of Fulcio: ``foreign-ca`` and ``foreign-sct`` sign with keys that nobody trusts, ``no-sct`` leaves the certificate out
of its log, ``other-identity`` certifies somebody else, ``expired`` is no longer valid.
"""
