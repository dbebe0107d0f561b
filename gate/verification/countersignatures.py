"""``gate/countersignatures``: what others than the supplier have signed of a release that they verified.

They are added after the record was made, so that it cannot bind them: names, sizes and number are bounded here
instead.  They prove nothing of the release.  By whom nobody named is told as such; one by somebody whom the trust file
names, or one that is plainly over other bytes, has to hold.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate import openpgp
from gate.errors import VerificationError
from gate.paths import printable
from gate.record import layout
from gate.verification.backends import opened_back_ends
from gate.verification.claims import Claim
from gate.verification.result import Countersignature
from gate.verification.validation import read_validation
from gate.x509 import checker as x509

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from gate.verification.backends import BackEnd
    from gate.verification.folder import ReleaseFolder
    from gate.verification.trust import Trust
    from gate.verification.validation import KeptFile

MOST: Final = 20
"""Countersignatures beyond this are refused."""
_NAME: Final = re.compile(rb"record\.intoto\.json\.[0-9a-f]{16}(\.asc|\.p7s|\.p7s\.tsr|\.sigstore\.json)")
_MOST_BYTES: Final = {
    ".asc": openpgp.MAX_SIGNATURE,
    ".p7s": x509.MAX_SIGNATURE,
    ".p7s.tsr": x509.MAX_SIGNATURE,
    ".sigstore.json": 1 << 18,
}
"""Bytes that a file may have, by the end of its name; a bundle over a digest has some kilobytes."""
_BACK_ENDS: Final = {suffix: name for name, suffix in layout.SUFFIXES.items()}
_STAMPED: Final = "x509"
"""The back end whose signatures have a timestamp beside them."""
_BY_NOBODY_NAMED: Final = frozenset({
    "signer-unknown", "signer-identity", "signer-issuer", "signer-repository", "bundle-undated", "bundle-timestamp",
    "bundle-certificate", "bundle-certificate-log",
})  # fmt: skip
"""Refusals that say that a signature is not by anybody whom the trust file names.

A bundle of another instance than those that it trusts fails at the first that vouches for it: time, then certificate.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies there: signatures by the back end that each is for, stamps, and what they are verified by."""

    signatures: tuple[tuple[str, str], ...] = ()
    stamps: tuple[str, ...] = ()
    kept: tuple[KeptFile, ...] = ()
    folders: tuple[str, ...] = ()
    """The folders that there are: nothing has to lie in them."""

    @property
    def names(self) -> frozenset[str]:
        """The paths of all these files."""
        return frozenset({path for _, path in self.signatures} | {*self.stamps} | {each.path for each in self.kept})

    @property
    def stamps_alone(self) -> tuple[str, ...]:
        """The timestamps whose signature is not there: countersigning ended just before that was to appear."""
        stamped = {path + layout.STAMP_SUFFIX for _, path in self.signatures}
        return tuple(path for path in self.stamps if path not in stamped)


def read_countersignatures(release: ReleaseFolder) -> Found:
    """Return what lies in the folder of countersignatures, nothing where there is none.

    Raises ``VerificationError`` for a name that none has, and too much of anything.
    """
    folder = layout.COUNTERSIGNATURES.encode()
    if not release.has_folder(folder):
        return Found()
    with release.inside(folder) as cursor:
        names = [name for name in cursor.names() if folder + b"/" + name != layout.COUNTERSIGNERS_VALIDATION.encode()]
    signatures, stamps = [], []
    for name in names:
        path = f"{layout.COUNTERSIGNATURES}/{printable(name)}"
        match = _NAME.fullmatch(name)
        if match is None:
            raise VerificationError("unexpected", path)
        suffix = match[1].decode()
        _require_size(release, folder + b"/" + name, _MOST_BYTES[suffix])
        if suffix in _BACK_ENDS:
            signatures.append((_BACK_ENDS[suffix], path))
        else:
            stamps.append(path)
        if max(len(signatures), len(stamps)) > MOST:
            raise VerificationError("countersignatures-too-many", layout.COUNTERSIGNATURES, limit=MOST)
    folders = [layout.COUNTERSIGNATURES]
    if release.has_folder(layout.COUNTERSIGNERS_VALIDATION.encode()):
        folders.append(layout.COUNTERSIGNERS_VALIDATION)
    kept = read_validation(release, layout.COUNTERSIGNERS_VALIDATION)
    return Found(tuple(signatures), tuple(stamps), kept, tuple(folders))


def _require_size(release: ReleaseFolder, path: bytes, limit: int) -> None:
    with release.opened(path) as descriptor:
        if os.fstat(descriptor).st_size > limit:
            raise VerificationError("too-large", printable(path), limit=limit)


def check_countersignatures(
    found: Found,
    release: ReleaseFolder,
    trust: Trust,
    *,
    record_sha256: str,
    signers: Collection[tuple[str, str]],
    now: datetime,
) -> tuple[Countersignature, ...]:
    """Return what each countersignature says of the record; ``signers`` (back end, signer) are those of the release.

    Raises ``VerificationError`` where one does not hold though it is by somebody named, or plainly over other bytes;
    where it is by a signer of the release itself; and where the recipient demands a valid one and there is none.
    ``EngineFailure`` and ``TrustError`` as for the signatures of a release.
    """
    named = trust.countersigners.only({back_end for back_end, _ in found.signatures})
    with opened_back_ends(named, release, found.kept, now=now) as back_ends:
        told = tuple(_told(*each, release, back_ends, record_sha256, signers) for each in found.signatures)
    told += tuple(Countersignature(_STAMPED, path, "unchecked") for path in found.stamps_alone)
    if trust.record.countersigned and all(each.status != "valid" for each in told):
        raise VerificationError("not-countersigned", layout.COUNTERSIGNATURES)
    return told


def _told(
    name: str,
    path: str,
    release: ReleaseFolder,
    back_ends: Mapping[str, BackEnd],
    record_sha256: str,
    signers: Collection[tuple[str, str]],
) -> Countersignature:
    if name not in back_ends:
        return Countersignature(name, path, "unchecked")
    # The file of the record, not a statement: a bundle that stands here can never stand for the supplier's own.
    claim = Claim(path, layout.RECORD, record_sha256, statement=False)
    try:
        with release.opened(layout.RECORD.encode()) as record, release.opened(path.encode()) as signature:
            proved = back_ends[name].check(signature, record, claim)
    except VerificationError as error:
        if error.reason in _BY_NOBODY_NAMED:
            return Countersignature(name, path, "unchecked")
        raise VerificationError("countersignature", path, why=error.reason) from error
    if path != layout.countersignature_path(proved.signer, layout.SUFFIXES[name]):
        raise VerificationError("countersignature", path, why="signer-differs")
    if told_apart_by(name, proved.signer) in {told_apart_by(*each) for each in signers}:
        raise VerificationError("countersigner-is-signer", path, signer=proved.signer)
    return Countersignature(
        name,
        path,
        "valid",
        proved.signer,
        proved.time,
        proved.time_source,
        proved.issuer,
        proved.revocation_known,
    )


def told_apart_by(back_end: str, signer: str) -> tuple[str, str]:
    """Return what differs between two signers: a workflow is the same one at every ref that it can run at."""
    return back_end, signer.partition("@refs/")[0]
