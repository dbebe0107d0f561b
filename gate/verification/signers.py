"""Whose signatures a recipient accepts in one role, by back end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from gate.record import layout

if TYPE_CHECKING:
    from collections.abc import Collection

    from gate.keyless.checker import TrustedInstance
    from gate.openpgp import PublicKey
    from gate.x509.checker import TrustedSigner

Role: TypeAlias = Literal["supplier", "countersigner"]
"""``supplier``: signs releases; ``countersigner``: signs the record of a release that somebody else has made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedSigners:
    """Who is trusted in one role; ``x509_numbers`` are the places of their entries in the trust file, from 1."""

    openpgp: tuple[PublicKey, ...] = ()
    x509: tuple[TrustedSigner, ...] = ()
    keyless: tuple[TrustedInstance, ...] = ()
    x509_numbers: tuple[int, ...] = ()

    @property
    def back_ends(self) -> tuple[str, ...]:
        """The names of the back ends for which somebody is trusted."""
        return tuple(name for name in layout.SUFFIXES if getattr(self, name))

    def only(self, back_ends: Collection[str]) -> Self:
        """Return the same without those of other back ends: nothing is started for what is not there."""
        nobody: dict[str, tuple[()]] = {name: () for name in layout.SUFFIXES if name not in back_ends}
        return replace(self, **nobody)
