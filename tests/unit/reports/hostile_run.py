"""One run in which everything that is not ours is hostile: names, addresses, constructs, words of engines, papers.

It is what ``facts.json`` of somebody else could hold: nothing has been escaped on its way here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.models import (
    Artifact,
    ContainerFact,
    Coverage,
    DatabaseInfo,
    DetectionFact,
    DisguiseFact,
    EngineInfo,
    EngineProblem,
    ExecutableFact,
    Gap,
    LinkFact,
    OutboundFact,
    RevisionFact,
)
from gate.policy import LoadedPolicy, judge
from gate.reports.view import ReportView, build_view
from tests.unit.policy.policy_kit import CHECK, ENGINES, SHA, TODAY, deliverable, examined, suppress_entry
from tests.unit.reports.hostile_texts import HOSTILE
from tests.unit.reports.view_kit import ISSUE, loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Examination, Fact, Judgement


@dataclass(frozen=True)
class Run:
    """A run with all that renderers take."""

    examination: Examination
    judgement: Judgement
    policy: LoadedPolicy
    view: ReportView


def facts_with(text: str) -> Iterator[Fact]:
    """Yield a fact of each kind that reports show, with a text wherever one is free."""
    path = f"site/{text}"
    yield DetectionFact("yara", text, "known", text, path=path, sha256=SHA)
    yield DetectionFact("heuristics", text, "suspected", text, 80, path=path, sha256=SHA)
    yield ExecutableFact("native", text, text, text, path=path, sha256=SHA)
    yield DisguiseFact("extension", text, path=path, sha256=SHA)
    yield OutboundFact(f"https://evil.example/{text}", text, "automatic", text, 3, text, path=path, sha256=SHA)
    yield OutboundFact(text, "evil.example", "string", text, 4, text, path=path, sha256=SHA)
    yield ContainerFact("ambiguous", text, path=path, sha256=SHA)
    yield LinkFact("symbolic", text, path=path, sha256=SHA)


def policy_with(texts: list[str]) -> LoadedPolicy:
    """Return a policy of which every text that a person writes is hostile as well."""
    asides = [suppress_entry("link/symbolic", name=f"aside-{n}", more=f'path = "site/{n}"') for n in range(len(texts))]
    policy = loaded(deliverable("website"), *asides)
    entries = tuple(
        entry.model_copy(update={"reason": text, "approved_by": text, "role": text, "reference": text})
        for entry, text in zip(policy.policy.suppress, texts, strict=True)
    )
    about = policy.policy.deliverable
    assert about is not None
    named = about.model_copy(update={"name": " ".join(texts)[:5000], "version": texts[0], "title": texts[0]})
    changed = policy.policy.model_copy(update={"suppress": entries, "deliverable": named})
    return LoadedPolicy(changed, texts[0], SHA, policy.raw, (), policy.agreement_sha256)


def hostile_run(texts: list[str] | None = None) -> Run:
    """Return a run with these texts, all of ``HOSTILE`` where none are given."""
    texts = list(HOSTILE.values()) if texts is None else texts
    policy = policy_with(texts)
    set_aside = [LinkFact("symbolic", text, path=f"site/{number}", sha256=SHA) for number, text in enumerate(texts)]
    first = texts[0]
    commit = RevisionFact("0" * 40, "1" * 40, "sha1", first, tuple(texts), first, "", first, "", "", "", "", "",
                          f"https://evil.example/{first}", False, "clean", (), 0, 1)  # fmt: skip
    examination = examined(
        *(fact for text in texts for fact in facts_with(text)),
        *set_aside,
        commit,
        gaps=[Gap("corrupt", text, "intake", f"site/{text}", SHA) for text in texts],
        artifacts=tuple(Artifact(text, "file", SHA, 1, 1) for text in texts),
        engines=(*ENGINES, *(EngineInfo(text, text, DatabaseInfo("custom", text, text, 1, SHA)) for text in texts)),
        problems=tuple(EngineProblem("clamav", "other.version", {"path": text}, text) for text in texts),
        coverage=tuple(Coverage(text, 1, 0, 1) for text in texts),
    )
    return judged_run(examination, policy)


def run_of(examination: Examination, *sections: str) -> Run:
    """Return the run of an examination under a policy of these sections."""
    return judged_run(examination, loaded(*sections))


def judged_run(examination: Examination, policy: LoadedPolicy) -> Run:
    """Return the run of an examination under a policy."""
    judgement = judge(examination, policy.policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    return Run(examination, judgement, policy, build_view(examination, judgement, policy, ISSUE))
