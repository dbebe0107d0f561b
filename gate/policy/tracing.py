"""Source tracing judged: which delivered files come from the commit, by what, and what stands against that.

A file counts as traced where the commit has its content, where its packer's rules explain it, where the policy declares
its path as generated, or where it lies in one of these.  An archive that is nothing else counts where it holds
files, all of them are looked at by themselves, and no byte of it is hidden or unread.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gate.models import BuilderFact, ContainerFact, ItemFact, LinkFact, RevisionFact, SecretFact, TraceFact
from gate.paths import glob_matches
from gate.policy.addresses import same_repository
from gate.policy.findings import SECRETS, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from gate.models import Examination, Fact, Finding, Gap, Severity
    from gate.policy.model import Policy
    from gate.policy.source_section import Source

SECTION: Final = "source.generated"
_ARCHIVES: Final = frozenset(
    {"zip", "gzip", "xz", "bzip2", "zstd", "lzma", "lzip", "lz4", "tar", "7z", "cpio", "ar", "deb", "rpm"}
)
"""Labels of files that are nothing but their members."""
_AT: Final = {"content", "line-endings", "large-file"}
"""Ways of being traced that name a path of the commit."""
_FOUND: Final = {*_AT, "file-list", "packer-metadata"}


@dataclass(frozen=True, slots=True)
class Generated:
    """A glob of ``[source] generated`` and the item paths that it declares."""

    glob: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """Where a delivery comes from: the commit, how many files are traced by what, and what is declared as generated."""

    revision: RevisionFact
    counts: dict[str, int]
    generated: tuple[Generated, ...]
    builder: str = ""
    """The build system that the environment claims; empty where it claims none, or several."""

    @property
    def traced(self) -> int:
        """How many files are traced or explained."""
        return sum(self.counts.get(each, 0) for each in _FOUND)

    @property
    def from_commit(self) -> int:
        """How many files have their content in the commit."""
        return sum(self.counts.get(each, 0) for each in _AT)


@dataclass(slots=True)
class Tracing:
    """What facts amount to under ``[source]``: findings, and the standing where a repository was read."""

    source: Source | None
    findings: list[Finding] = field(default_factory=list)
    standing: SourceStanding | None = None

    def take(self, facts: Iterable[Fact], gaps: Iterable[Gap]) -> None:
        """Judge all facts and gaps of a run."""
        facts, gaps = list(facts), list(gaps)
        self.findings += [_of_secret(fact) for fact in facts if isinstance(fact, SecretFact)]
        revisions = sorted((fact for fact in facts if isinstance(fact, RevisionFact)), key=repr)
        if not revisions:
            if self.source is not None:
                self.findings.append(make_finding("source/unread"))
            return
        self.findings += _of_revision(revisions[0], self.source)
        generated = self.source.generated or () if self.source else ()
        walk = _Walk(generated, facts, gaps)
        walk.run()
        self.findings += walk.findings
        declared = tuple(Generated(glob, tuple(sorted(walk.declared[glob]))) for glob in generated)
        systems = {fact.system for fact in facts if isinstance(fact, BuilderFact)} - {"local", "unclear"}
        counts = dict(sorted(walk.counts.items()))
        self.standing = SourceStanding(revisions[0], counts, declared, ", ".join(sorted(systems)))
        for each in declared:
            about: dict[str, str | int] = {"glob": each.glob, "count": len(each.paths)}
            if each.paths:
                self.findings.append(make_finding("source/generated", args=about))
            else:
                unused = {"section": SECTION, "id": each.glob}
                self.findings.append(make_finding("justification/unused", args=unused))


def trace(examination: Examination, policy: Policy) -> SourceStanding | None:
    """Return where a delivery comes from under a policy; None where no repository was read."""
    tracing = Tracing(policy.source)
    tracing.take(examination.facts, examination.gaps)
    return tracing.standing


def _of_secret(fact: SecretFact) -> Finding:
    """Return the finding of a secret; what only looks like one is a warning."""
    about: dict[str, str | int] = {"secret": fact.secret, "line": fact.line, "offset": fact.offset}
    about["length"] = fact.length
    severity: Severity | None = None if fact.certain else "warn"
    return make_finding(SECRETS, path=fact.path, sha256=fact.sha256, severity=severity, args=about)


def _of_revision(revision: RevisionFact, source: Source | None) -> Iterator[Finding]:
    """Yield what the commit is not: clean, the one that the policy names, from there, or signed by whom it names."""
    about: dict[str, str | int] = {"commit": revision.commit}
    if revision.work_tree == "different":
        first = ", ".join(revision.differences[:5])
        yield make_finding("source/dirty", args={**about, "count": revision.differing, "detail": first})
    if source is None:
        return
    if source.repository is not None and not same_repository(source.repository, revision.remote):
        seen = {"expected": source.repository, "found": revision.remote or "–"}
        yield make_finding("source/other-repository", args=seen)
    if source.commit not in {None, revision.commit}:
        yield make_finding("source/other-commit", args={"expected": str(source.commit), "found": revision.commit})
    trusted = {signer.fingerprint for signer in source.signer}
    if trusted and not trusted & {revision.signed_by, revision.tag_signed_by}:
        kind = revision.signature or revision.tag_signature or "–"
        yield make_finding("source/unsigned", args={**about, "signature": kind})


class _Walk:
    """Goes down from the artifacts.

    What lies in a file that is accounted for, or against which there is a finding already, is not asked for again.
    """

    def __init__(self, generated: Sequence[str], facts: Sequence[Fact], gaps: Sequence[Gap]) -> None:
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.declared: defaultdict[str, list[str]] = defaultdict(list)
        self._generated = generated
        self._items = {fact.path: fact for fact in facts if isinstance(fact, ItemFact)}
        self._traces = {fact.path: fact for fact in facts if isinstance(fact, TraceFact)}
        self._links = sorted(
            (fact for fact in facts if isinstance(fact, LinkFact) and fact.link == "symbolic"),
            key=lambda fact: fact.path,
        )
        self._troubled: AbstractSet[str] = {
            *(fact.path for fact in facts if isinstance(fact, ContainerFact)),
            *(self._unread(gap) for gap in gaps if gap.examiner == "intake"),
        }
        self._inside: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(self._items):
            self._inside[path.rpartition("!/")[0]].append(path)

    def _unread(self, gap: Gap) -> str:
        """Return the file that was not read wholly: the container of a member that never came to be an item."""
        return gap.path if gap.path in self._items else gap.path.rpartition("!/")[0]

    def run(self) -> None:
        """Visit every item that has to be accounted for by itself, and every link."""
        waiting = list(self._inside[""])
        opened = {""}
        while waiting:
            path = waiting.pop()
            if self._is_accounted(path):
                continue
            item = self._items[path]
            inside = self._inside.get(path, [])
            if inside and item.labels and _ARCHIVES.issuperset(item.labels) and path not in self._troubled:
                self.counts["members"] += 1
                opened.add(path)
                waiting += inside
            else:
                self._report(item)
        for link in self._links:
            if link.path.rpartition("!/")[0] in opened and not self._is_accounted(link.path):
                self.findings.append(make_finding("source/untraced", path=link.path, args={"link": link.target}))

    def _is_accounted(self, path: str) -> bool:
        trace = self._traces.get(path)
        if trace is not None and trace.traced in _FOUND and (trace.sources or trace.traced not in _AT):
            self.counts[trace.traced] += 1
            self._note(trace)
            return True
        glob = next((glob for glob in self._generated if glob_matches(glob, path)), None)
        if glob is None:
            return False
        self.counts["generated"] += 1
        self.declared[glob].append(path)
        return True

    def _note(self, trace: TraceFact) -> None:
        """Tell of content that has another name in the commit: a file of tests may have become a program."""
        name = trace.path.rpartition("/")[2]
        names = {source.rpartition("/")[2] for source in trace.sources}
        if trace.traced in _AT and trace.detail != "empty" and name not in names:  # those of its name would come first
            about = {"source": trace.sources[0]}
            self.findings.append(make_finding("source/renamed", path=trace.path, sha256=trace.sha256, args=about))

    def _report(self, item: ItemFact) -> None:
        trace = self._traces.get(item.path)
        if trace is not None and trace.traced == "different":
            self.counts["different"] += 1
            finding_id, about = "source/changed", {"source": next(iter(trace.sources), "–")}
        else:
            self.counts["untraced"] += 1
            finding_id, about = "source/untraced", {}
        self.findings.append(make_finding(finding_id, path=item.path, sha256=item.sha256, args=about))
