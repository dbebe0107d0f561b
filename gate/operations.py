"""What the commands do, as functions: check a set of paths, look at their contacts.  Nothing here prints or exits."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from gate.data_files import data_folder
from gate.errors import UsageError
from gate.examine.antivirus.database import default_database_folder
from gate.examine.evidence.reader import EvidenceFile, read_evidence
from gate.examine.registry import EngineSettings, build_contact_examiner, build_examiners, build_together
from gate.examine.secrets.marks import MARKS
from gate.intake.intake import InputArtifact
from gate.intake.passwords import Passwords, read_passwords
from gate.models import BuilderFact, EvidenceForm, Examination, Judgement, PreviousFact
from gate.paths import artifact_names, printable, unescape_component
from gate.pipeline import Clock, Progress, examine, rfc3339, with_facts
from gate.policy import LoadedPolicy, SigningState, judge, load_policy, refuse_inside, with_signing_config
from gate.policy.blocks import justification_blocks
from gate.record.documents import gate_identity, result_document
from gate.source.approvals import Entry, PolicyFile
from gate.source.run import source_run
from gate.source_lines import read_line

DEFAULT_POLICY = Path("gate.toml")


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check, and with what.

    ``policy`` None means ``gate.toml`` of the current folder where there is one, else the built-in default;
    ``database``, ``signatures`` and ``rules`` override where the engines' data lies; ``browser`` opens the pages in a
    real browser as well.  ``builder`` is what the environment claims of the build system (``gate.environment``);
    ``source`` the repository that the delivery is made from, ``previous`` the folder of the release before this one.
    ``signing_config`` is a file with ``[signing]`` beside the policy.
    """

    paths: tuple[Path, ...]
    policy: Path | None = None
    jobs: int = 2
    database: Path | None = None
    signatures: Path | None = None
    rules: Path | None = None
    browser: bool = False
    builder: BuilderFact | None = None
    source: Path | None = None
    previous: Path | None = None
    signing_config: Path | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """An examination with its judgement and the policy that it was judged by."""

    examination: Examination
    judgement: Judgement
    policy: LoadedPolicy

    def document(self) -> bytes:
        """Return the result document (``release-gate/result/v1``)."""
        return result_document(self.examination, self.judgement, self.policy, gate_identity())


def check(request: CheckRequest, *, clock: Clock, progress: Progress | None = None) -> Checked:
    """Examine the paths and judge what was seen; nothing is signed.

    Raises ``UsageError`` for inputs or a policy that cannot be used.
    """
    artifacts = artifacts_of(request.paths)
    loaded = policy_for(request)
    examination = examine_artifacts(request, artifacts, loaded, clock, progress)
    return judged_examination(examination, loaded, SigningState(intended=False, ready=()))


def look_at_contacts(request: CheckRequest, *, clock: Clock, progress: Progress | None = None) -> Checked:
    """Examine the paths for contacts alone, and judge those: findings of other engines are missing, and say so.

    Raises as :func:`check`.
    """
    artifacts = artifacts_of(request.paths)
    loaded = policy_for(request)
    settings = engine_settings(request, loaded)
    examination = examine(
        artifacts,
        build_contact_examiner(settings),
        loaded.policy.limits.as_limits(),
        clock=clock,
        jobs=request.jobs,
        progress=progress,
        passwords=archive_passwords(loaded),
        together=build_together(settings),
    )
    return judged_examination(examination, loaded, SigningState(intended=False, ready=()))


def source_line(request: CheckRequest, path: str, line: int) -> str:
    """Return the text of a line of an item that lies in a folder or is a file by itself, shown safely and cut.

    Empty where there is none: for members of containers, and where the file has changed into something else.
    """
    for artifact in artifacts_of(request.paths):
        below = path.removeprefix(f"{artifact.name}/")
        if path == artifact.name or (below != path and "!/" not in below):
            steps = [] if path == artifact.name else [unescape_component(step) for step in below.split("/")]
            file = os.path.join(os.fsencode(artifact.path), *steps)  # noqa: PTH118  # raw names
            return read_line(file, line, withheld=MARKS)
    return ""


def artifacts_of(paths: Sequence[Path]) -> list[InputArtifact]:
    """Return the artifacts for paths given on the command line, each with the item path that it gets.

    Raises ``UsageError`` where a path does not exist or is neither a file nor a folder.
    """
    resolved = []
    for path in paths:
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise UsageError("intake.no-such-path", path=printable(str(path))) from error
        if not real.is_file() and not real.is_dir():
            raise UsageError("intake.not-a-file", path=printable(str(path)))
        resolved.append(real)
    for index, real in enumerate(resolved):
        if real in resolved[:index]:
            raise UsageError("intake.given-twice", path=printable(str(paths[index])))
    names = artifact_names(real.name.encode("utf-8", "surrogateescape") for real in resolved)
    return [InputArtifact(real, name) for real, name in zip(resolved, names, strict=True)]


def policy_for(request: CheckRequest) -> LoadedPolicy:
    """Load the policy of a request and refuse one that lies inside an artifact."""
    path = request.policy
    if path is None and DEFAULT_POLICY.exists():
        path = DEFAULT_POLICY
    loaded = load_policy(path)
    if request.signing_config is not None:
        loaded = with_signing_config(loaded, request.signing_config)
    refuse_inside(loaded, request.paths)
    return loaded


def examine_artifacts(
    request: CheckRequest,
    artifacts: Sequence[InputArtifact],
    loaded: LoadedPolicy,
    clock: Clock,
    progress: Progress | None,
    own: Path | None = None,
) -> Examination:
    """Examine artifacts with every engine; ``own`` is the folder of this run that they were copied to.

    Raises ``UsageError`` for inputs that cannot be used.
    """
    passwords = archive_passwords(loaded)
    settings = engine_settings(request, loaded)
    compared = _comparison(request)
    with source_run(
        request.source, source_signers(loaded), jobs=request.jobs, policy=_policy_file(loaded), own=own
    ) as source:
        examination = examine(
            artifacts,
            build_examiners(settings),
            loaded.policy.limits.as_limits(),
            clock=clock,
            jobs=request.jobs,
            progress=progress,
            passwords=passwords,
            together=[*build_together(settings), *source.together],
        )
    if progress:
        progress.stage("evidence")
    evidence = read_evidence(_evidence_files(loaded))
    builder = [request.builder] if request.builder else []
    previous = [compared(examination)] if compared else []
    return with_facts(examination, [*builder, *previous, *source.facts_beside(examination), *evidence])


def _comparison(request: CheckRequest) -> Callable[[Examination], PreviousFact] | None:
    """Return what compares an examination with the release before, which is read now; None where none was given."""
    if request.previous is None:
        return None
    from gate.previous import previous_fact, read_previous  # noqa: PLC0415  # loads all that verifies a release

    return partial(previous_fact, read_previous(request.previous, request.paths))


def source_signers(loaded: LoadedPolicy) -> list[tuple[str, Path]]:
    """Return fingerprints and key files of the persons whose signature on a commit counts."""
    base = loaded.source.parent if loaded.source else Path()
    source = loaded.policy.source
    return [(signer.fingerprint, base / signer.key) for signer in source.signer] if source else []


def _policy_file(loaded: LoadedPolicy) -> PolicyFile | None:
    """Return the policy file with the lines of its justifications; None for the built-in policy."""
    if loaded.source is None:
        return None
    blocks = justification_blocks(loaded.raw, loaded.policy)
    entries = tuple(Entry(block.section, block.id, block.first, block.last) for block in blocks)
    return PolicyFile(loaded.source, loaded.raw, loaded.sha256, entries)


def _evidence_files(loaded: LoadedPolicy) -> list[EvidenceFile]:
    """Return the files of ``[[evidence]]`` that are read."""
    base = loaded.source.parent if loaded.source else Path()
    forms: tuple[EvidenceForm, ...] = get_args(EvidenceForm)
    return [
        EvidenceFile(base / entry.file, form, entry.sha256)
        for entry in loaded.policy.evidence
        for form in forms
        if entry.kind == form and entry.sha256
    ]


def archive_passwords(loaded: LoadedPolicy) -> Passwords:
    """Return the passwords of archives that a policy names; raises ``PolicyError`` where one cannot be had."""
    base = loaded.source.parent if loaded.source else Path()
    sources = loaded.policy.archive_passwords.items()
    return read_passwords(((glob, source.env, base / source.file if source.file else None) for glob, source in sources))


def engine_settings(request: CheckRequest, loaded: LoadedPolicy) -> EngineSettings:
    """Return what the engines need to know under a policy and the overrides of the command line."""
    malware = loaded.policy.malware
    bundled = malware.database == "bundled" and request.database is None
    return EngineSettings(
        clamd=malware.clamd,
        clamd_remote=malware.clamd_remote == "unauthenticated",
        database=None if bundled else request.database or default_database_folder(),
        signatures=request.signatures or data_folder("signatures"),
        rule_folders=_rule_folders(request, loaded),
        rules_ignored=malware.yara_ignore,
        script_model=loaded.policy.gate.script_model is not None,
        workers=request.jobs,
        item_seconds=loaded.policy.limits.item_seconds,
        browser_pages=loaded.policy.outbound.browser_pages if request.browser else 0,
    )


def _rule_folders(request: CheckRequest, loaded: LoadedPolicy) -> tuple[Path, ...]:
    bundled = (request.rules or data_folder("yara-rules"),) if "bundled" in loaded.policy.malware.yara_rules else ()
    return (*bundled, *loaded.rule_folders)


def judged_examination(examination: Examination, loaded: LoadedPolicy, signing: SigningState) -> Checked:
    """Judge an examination by a policy, by the day that it is; ``signing`` says whether and by whom it is signed."""
    # The real day, whatever SOURCE_DATE_EPOCH fixes for what is written: it must not revive what has expired, nor make
    # a malware database younger than it is.
    now = datetime.now(UTC)
    today = local_date(now, loaded.policy.gate.timezone)
    seen = replace(examination, finished=max(examination.finished, rfc3339(now)))
    judgement = judge(seen, loaded.policy, policy_sha256=loaded.sha256, today=today, signing=signing)
    return Checked(examination, judgement, loaded)


def local_date(moment: datetime, timezone: str) -> date:
    """Return the calendar day of a moment in the policy's time zone: what ``expires`` is compared with."""
    return moment.astimezone(ZoneInfo(timezone)).date()
