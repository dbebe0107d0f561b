"""What ``gate release`` does, as functions: examine a private copy, sign what is approved and deliver it.

Apart from :mod:`gate.operations`, as what writes papers and statements takes long to load, and no check needs it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gate.archiving import Archive, ArchiveForm
from gate.deliver import Delivered, Staging, deliver, deliver_unsigned
from gate.operations import Checked, CheckRequest, artifacts_of, examine_artifacts, judged_examination, policy_for
from gate.pipeline import Clock, Progress, with_facts
from gate.policy import SigningState
from gate.reports.pdf_fonts import find_fonts
from gate.reports.release import release_reports
from gate.signing.interface import PromisedSigner, Signatory, Signer


def release(
    request: CheckRequest,
    out: Path,
    signers: Sequence[Signer],
    *,
    clock: Clock,
    progress: Progress | None = None,
    archive: ArchiveForm | None = None,
) -> tuple[Checked, Delivered | None]:
    """Copy the paths aside, examine the copy, judge it, and where it is approved sign and deliver it to ``out``.

    An ``archive`` of it lies beside it then.  Returns the judgement and what was delivered, None where the verdict is
    not "approved": then nothing is left.  Raises ``UsageError`` for inputs that cannot be used, ``ArtifactChanged``
    where bytes changed between examination and signature, ``SigningFailure`` or ``KeyProblem`` where signing failed;
    nothing is left then either.
    """
    with contextlib.ExitStack() as closing:

        def ready() -> None:
            for signer in signers:
                closing.callback(signer.close)
                signer.ready()

        return _released(
            request,
            out,
            signers,
            ready=ready,
            deliver=partial(deliver, signers=signers),
            clock=clock,
            progress=progress,
            form=archive,
        )


def release_unsigned(
    request: CheckRequest,
    out: Path,
    signers: Sequence[PromisedSigner],
    *,
    clock: Clock,
    progress: Progress | None = None,
) -> tuple[Checked, Delivered | None]:
    """Do what :func:`release` does, but for the signatures, which ``signers`` make in another job.

    No key is needed and no secret is read.  Returns and raises as :func:`release`.
    """
    deliver_them = partial(deliver_unsigned, signers=signers)
    return _released(request, out, signers, ready=None, deliver=deliver_them, clock=clock, progress=progress)


def _released(
    request: CheckRequest,
    out: Path,
    signers: Sequence[Signatory],
    *,
    ready: Callable[[], None] | None,
    deliver: Callable[..., Delivered],
    clock: Clock,
    progress: Progress | None,
    form: ArchiveForm | None = None,
) -> tuple[Checked, Delivered | None]:
    """Release by signers that ``ready`` makes ready, or that sign later where it is None."""
    artifacts = artifacts_of(request.paths)
    loaded = policy_for(request)
    fonts = find_fonts(os.environ)  # before an hour of scanning, not after it
    staging = Staging(out, [artifact.path for artifact in artifacts])
    archive = Archive(staging.out, form) if form else None
    if archive is not None:
        deliver = partial(deliver, archive=archive)
    if progress:
        progress.stage("copy")
    with staging:
        if archive is not None:
            archive.require_fit(staging.folder)
        if ready is not None:
            ready()
        examination = examine_artifacts(request, staging.artifacts, loaded, clock, progress, staging.folder)
        examination = with_facts(examination, [service for signer in signers for service in signer.services])
        backends = tuple(signer.backend for signer in signers)
        checked = judged_examination(
            examination, loaded, SigningState(intended=True, ready=backends, later=ready is None)
        )
        if checked.judgement.verdict != "approved":
            return checked, None
        if progress and ready is not None:
            progress.stage("sign")
        reports = partial(release_reports, examination, checked.judgement, loaded, fonts)
        delivered = deliver(staging, examination, checked.judgement, loaded, clock=clock, reports=reports)
    return checked, delivered
