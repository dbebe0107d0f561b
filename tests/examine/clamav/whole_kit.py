"""Runs artifacts through the whole gate, with the real engines, and says what stands against each of them.

The policy asks for the bundled signatures and leaves out the clause that only an official database satisfies, so
that a harmless artifact is approved and "never approved" can fail.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gate.data_files import data_folder
from gate.examine.registry import EngineSettings, build_examiners
from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import DetectionFact, Examination, Finding, ItemFact, Judgement
from gate.pipeline import examine
from gate.policy import SigningState, judge, parse_policy
from tests.conftest import policy_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.examine.interface import Examiner

DECIDING = ("reject", "gap")


@dataclass(frozen=True)
class Verdicts:
    """What a run over some artifacts gave, each artifact looked at by itself."""

    examination: Examination
    judgement: Judgement

    def standing(self, name: str) -> list[Finding]:
        """Return the findings against one artifact that keep it from being approved."""
        return [
            finding
            for finding in self.judgement.findings
            if finding.severity in DECIDING
            and (finding.path == name or finding.path.startswith((f"{name}!/", f"{name}/")))
        ]

    def detected(self, name: str, engine: str = "clamav") -> list[str]:
        """Return the item paths in one artifact at which an engine knows something."""
        return [
            fact.path
            for fact in self.examination.facts
            if isinstance(fact, DetectionFact)
            and fact.engine == engine
            and (fact.path == name or fact.path.startswith((f"{name}!/", f"{name}/")))
        ]

    def items(self, name: str) -> list[str]:
        """Return the item paths in one artifact."""
        return [
            fact.path for fact in self.examination.facts if isinstance(fact, ItemFact) and fact.path.startswith(name)
        ]

    @property
    def ids(self) -> set[str]:
        """The ids of all findings that decide."""
        return {finding.id for finding in self.judgement.findings if finding.severity in DECIDING}


def bundled_examiners(*, item_seconds: float = 60.0) -> Sequence[Examiner]:
    """Return all examiners of a run on the bundled signatures."""
    rules = (data_folder("yara-rules"),)
    return build_examiners(EngineSettings("auto", False, None, data_folder("signatures"), rules, 2, item_seconds))


def judged(paths: Mapping[str, Path], examiners: Sequence[Examiner]) -> Verdicts:
    """Examine artifacts, by name, and judge them."""
    policy = parse_policy(policy_text().encode(), "gate.toml").policy
    artifacts = [InputArtifact(path, name) for name, path in paths.items()]
    now = datetime.now(UTC)
    examination = examine(artifacts, examiners, Limits(), clock=lambda: now, jobs=2)
    signing = SigningState(intended=False, ready=())
    return Verdicts(examination, judge(examination, policy, policy_sha256="0" * 64, today=now.date(), signing=signing))


@contextmanager
def written(contents: Mapping[str, bytes]) -> Iterator[dict[str, Path]]:
    """Give files with these contents, in a folder that engines can reach."""
    with tempfile.TemporaryDirectory(prefix="whole-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        paths = {}
        for file, content in contents.items():
            paths[file] = folder / file
            paths[file].write_bytes(content)
        yield paths


def run_over(contents: Mapping[str, bytes]) -> Verdicts:
    """Examine and judge files with these contents, all examiners being as a run on the bundled signatures has them."""
    with written(contents) as paths:
        return judged(paths, bundled_examiners())
