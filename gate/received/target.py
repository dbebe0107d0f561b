"""``gate verify TARGET``: whichever form it has, it comes down to a folder or a file that is proved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import UsageError
from gate.paths import printable
from gate.record import layout
from gate.verification import verify_artifact, verify_release
from gate.verification.folder import is_release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gate.policy import LoadedPolicy
    from gate.verification import Trust, Verification


def verify_target(
    target: Path,
    trust: Trust,
    *,
    now: datetime,
    expect_version: str | None = None,
    policy: LoadedPolicy | None = None,
    signatures: Sequence[Path] = (),
    signature_only: bool = False,
) -> Verification:
    """Prove a release folder or the archive of one; where ``signatures`` are named, one artifact by them.

    Raises as :func:`gate.verification.verify_release` and :func:`gate.verification.verify_artifact`; ``UsageError`` too
    where the target is none of these, and for options that do not go together.
    """
    if signatures:
        if policy is not None:
            raise UsageError("verify.policy-without-release")
        return verify_artifact(
            target, signatures, trust, now=now, expect_version=expect_version, signature_only=signature_only
        )
    if signature_only:
        raise UsageError("verify.signature-only-of-what")
    if _is_file(target):
        release = _release_around(target)
        if release is not None:
            raise UsageError("verify.in-release", path=_shown(target), release=_shown(release))
        from gate.received.archive import unpacked  # noqa: PLC0415  # a folder is verified without readers of archives

        with unpacked(target) as folder:
            return verify_release(folder, trust, now=now, expect_version=expect_version, policy=policy)
    return verify_release(target, trust, now=now, expect_version=expect_version, policy=policy)


def _is_file(target: Path) -> bool:
    """Say whether there is something that is no folder; what cannot be looked up is told by whoever opens it."""
    try:
        return target.exists() and not target.is_dir()
    except OSError:
        return False


def _release_around(target: Path) -> Path | None:
    """Return the release folder in whose payload a file lies, None where it lies in none."""
    try:
        place = target.resolve()
        for above in place.parents:
            if above.name == layout.PAYLOAD and is_release(above.parent):
                return above.parent
    except (OSError, RuntimeError):  # a loop of links, before Python 3.13
        return None
    return None


def _shown(path: Path) -> str:
    return printable(os.fsencode(path))
