"""``gate/validation``: certificates, revocation lists and answers that came with a release or a countersignature.

The record does not bind them: each is signed by whoever issued it.  Their names are their digests, so that no byte of
them can be changed unnoticed, and they prove nothing of themselves.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from gate.errors import VerificationError
from gate.paths import printable
from gate.record import layout
from gate.x509.checker import MAX_MATERIAL

if TYPE_CHECKING:
    from gate.verification.folder import ReleaseFolder
    from gate.x509.checker import MaterialKind

MOST_FILES: Final = 100
"""Files beyond this are refused: two chains with their lists are fewer than ten."""
_NAME: Final = re.compile(rb"([0-9a-f]{64})\.(cer|crl|ocsp)")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of validation material, whose bytes have the digest that it is named for."""

    path: str
    kind: MaterialKind
    raw: bytes


def read_validation(release: ReleaseFolder, place: str = layout.VALIDATION) -> tuple[KeptFile, ...]:
    """Return what lies in a folder of validation material, nothing where there is none.

    Raises ``VerificationError`` for a name that is no digest, other bytes than it says, and too many of either.
    """
    folder = place.encode()
    if not release.has_folder(folder):
        return ()
    with release.inside(folder) as cursor:
        names = cursor.names()
    if len(names) > MOST_FILES:
        raise VerificationError("validation-too-much", place)
    found: list[KeptFile] = []
    room = MAX_MATERIAL
    for name in names:
        path = layout.validation_path(printable(name), place)
        match = _NAME.fullmatch(name)
        if match is None:
            raise VerificationError("unexpected", path)
        raw = release.read(folder + b"/" + name, room)
        room -= len(raw)
        if hashlib.sha256(raw).hexdigest() != match[1].decode():
            raise VerificationError("validation-changed", path)
        found.append(KeptFile(path, cast("MaterialKind", match[2].decode()), raw))
    return tuple(found)
