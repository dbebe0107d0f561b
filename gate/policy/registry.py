"""Every finding that this version can make: its id, severity, clause, and whether a person may set it aside.

``[[suppress]]`` cannot set aside what says that the run, or a justification itself, is worth nothing, nor executables:
those are answered by ``[[executable]]``, which asks for the basis that the clause names.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from gate.models import ContainerIssue, GapReason, Reach, Severity
from gate.policy.clauses import (
    AUTHENTICITY,
    CHANGES,
    EXAMINED,
    EXECUTABLES,
    MALWARE,
    OUTBOUND,
    PRIVACY,
    QUALITY,
    VULNERABILITIES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Suppressible: TypeAlias = Literal["any", "digest", "never"]
"""``digest``: only with the item's SHA-256."""

EXAMINER_CLAUSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "intake": EXAMINED,
        "clamav": (MALWARE,),
        "yara": (MALWARE,),
        "heuristics": (MALWARE,),
        "executable": (EXECUTABLES,),
        "outbound": (OUTBOUND, PRIVACY),
        "browser": (OUTBOUND, PRIVACY),
        "identity": EXAMINED,
        "magika": (EXECUTABLES,),
        "components": (VULNERABILITIES,),
        "source": (QUALITY,),
        "secrets": (QUALITY,),
    }
)
"""The clauses that an examiner's answers count for.

What intake could not open, and what identity names that intake did not know, no examiner has seen.
"""

REQUIRED_EXAMINERS: Final = ("intake", "clamav", "yara", "heuristics", "executable", "outbound", "identity", "secrets")
"""Examiners without which a run has not told anything."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of finding.

    ``severity`` is that under the default policy, ``milder`` the one that a policy can choose instead.  ``clause`` is
    the clause that a finding is held against, empty where it concerns none (or that of another finding), ``also``
    those that it leaves not confirmed as well.
    """

    id: str
    severity: Severity
    clause: str
    suppressible: Suppressible = "any"
    also: tuple[str, ...] = ()
    milder: Severity | None = None


def examiner_clauses(examiner: str) -> tuple[str, ...]:
    """Return the clauses that an examiner's answers count for: all that are examined, where it is not known."""
    return EXAMINER_CLAUSES.get(examiner, EXAMINED)


def gap_kind(examiner: str, reason: str) -> FindingKind:
    """Return the kind of finding that a gap makes, for examiners unknown to this version as well."""
    clause, *also = examiner_clauses(examiner)
    return FindingKind(f"gap/{examiner}-{reason}", "gap", clause, also=tuple(also))


OUTBOUND_FINDINGS: Final[Mapping[Reach, str]] = MappingProxyType(
    {
        "automatic": "outbound/undeclared",
        "conditional": "outbound/conditional",
        "code": "outbound/code",
        "string": "outbound/string",
        "opaque": "outbound/opaque",
        "tracker": "outbound/tracker",
        "interaction": "outbound/interaction",
        "link": "outbound/link",
        "identifier": "outbound/identifier",
        "text": "outbound/text",
        "local": "outbound/local",
    }
)
"""What a contact that nobody declared becomes, by how it would be reached."""

_ON_CONTENT = EXAMINED[1:]

_KINDS = (
    FindingKind("malware/known", "reject", MALWARE, "digest"),
    FindingKind("malware/suspected", "reject", MALWARE, milder="warn"),
    FindingKind("malware/database-not-official", "gap", MALWARE, "never", milder="warn"),
    FindingKind("malware/database-age", "gap", MALWARE),
    FindingKind("malware/database-undated", "gap", MALWARE),
    FindingKind("malware/engine-remote", "gap", MALWARE, "never", milder="warn"),
    FindingKind("executable/unjustified", "reject", EXECUTABLES, "never"),
    FindingKind("executable/pin-mismatch", "reject", EXECUTABLES, "never"),
    FindingKind("executable/expired", "reject", EXECUTABLES, "never"),
    FindingKind("executable/disguised", "reject", EXECUTABLES, "never"),
    FindingKind("outbound/undeclared", "reject", OUTBOUND, also=(PRIVACY,)),
    FindingKind("outbound/conditional", "reject", OUTBOUND, also=(PRIVACY,), milder="warn"),
    FindingKind("outbound/code", "reject", OUTBOUND, also=(PRIVACY,), milder="warn"),
    FindingKind("outbound/tracker", "reject", OUTBOUND, also=(PRIVACY,)),
    FindingKind("outbound/string", "warn", OUTBOUND, milder="note"),
    FindingKind("outbound/opaque", "warn", OUTBOUND, also=(PRIVACY,), milder="note"),
    FindingKind("outbound/not-read", "gap", OUTBOUND, also=(PRIVACY, EXECUTABLES)),
    FindingKind("outbound/interaction", "warn", OUTBOUND),
    FindingKind("outbound/local", "warn", OUTBOUND),
    FindingKind("outbound/link", "note", OUTBOUND),
    FindingKind("outbound/identifier", "note", OUTBOUND),
    FindingKind("outbound/text", "note", OUTBOUND),
    FindingKind("outbound/expired", "reject", OUTBOUND, "never"),
    FindingKind("outbound/undisclosed", "reject", PRIVACY),
    FindingKind("outbound/unchecked", "warn", PRIVACY),
    FindingKind("outbound/shared-host", "warn", OUTBOUND),
    FindingKind("outbound/tag-list", "warn", OUTBOUND),
    FindingKind("container/ambiguous", "reject", MALWARE, "digest", also=_ON_CONTENT),
    FindingKind("container/unsafe-name", "reject", MALWARE, also=_ON_CONTENT),
    FindingKind("container/unsafe-link", "reject", MALWARE, also=_ON_CONTENT),
    FindingKind("container/special-file", "reject", MALWARE, also=_ON_CONTENT),
    FindingKind("container/hidden-data", "reject", MALWARE, also=_ON_CONTENT),
    FindingKind("container/opened", "note", ""),
    FindingKind("link/symbolic", "note", ""),
    FindingKind("link/hard", "note", ""),
    FindingKind("input/empty", "gap", MALWARE, "never", also=_ON_CONTENT),
    FindingKind("engine/failed", "gap", MALWARE, "never"),
    FindingKind("engine/canary", "gap", MALWARE, "never"),
    FindingKind("engine/absent", "gap", MALWARE, "never"),
    FindingKind("engine/coverage", "gap", MALWARE, "never"),
    FindingKind("signing/not-ready", "gap", AUTHENTICITY, "never"),
    FindingKind("source/secret", "reject", QUALITY, "digest", milder="warn"),
    FindingKind("source/untraced", "reject", QUALITY, "digest"),
    FindingKind("source/changed", "reject", QUALITY, "digest"),
    FindingKind("source/renamed", "note", QUALITY),
    FindingKind("source/generated", "note", QUALITY),
    FindingKind("source/dirty", "warn", QUALITY),
    FindingKind("source/other-repository", "reject", QUALITY),
    FindingKind("source/other-commit", "reject", QUALITY),
    FindingKind("source/unsigned", "reject", QUALITY),
    FindingKind("source/unread", "gap", QUALITY, "never"),
    FindingKind("previous/other-deliverable", "warn", CHANGES),
    FindingKind("previous/not-earlier", "warn", CHANGES),
    FindingKind("evidence/outdated", "warn", "", "never"),
    FindingKind("evidence/future", "warn", "", "never"),
    FindingKind("evidence/unread", "gap", "", "never"),
    FindingKind("evidence/unreadable", "gap", "", "never"),
    FindingKind("evidence/not-run", "warn", "", "never"),
    FindingKind("evidence/contradicts-date", "warn", "", "never"),
    FindingKind("evidence/contradicts-tool", "warn", "", "never"),
    FindingKind("evidence/elsewhere", "warn", "", "never"),
    FindingKind("evidence/unresolved", "reject", ""),
    FindingKind("evidence/more-unresolved", "reject", "", "never"),
    FindingKind("evidence/below-threshold", "warn", ""),
    FindingKind("evidence/other-product", "warn", ""),
    FindingKind("evidence/skipped", "warn", ""),
    FindingKind("evidence/not-held", "warn", "", "never"),
    FindingKind("evidence/answers-not-held", "note", "", "never"),
    FindingKind("evidence/accepted", "note", "", "never"),
    FindingKind("evidence/answered", "note", "", "never"),
    FindingKind("evidence/uncovered", "note", "", "never"),
    FindingKind("evidence/unbound", "note", "", "never"),
    FindingKind("evidence/website-papers", "note", "", "never"),
    FindingKind("component/incomplete", "warn", VULNERABILITIES),
    FindingKind("justification/self-approved", "note", QUALITY, "never"),
    FindingKind("justification/uncommitted", "note", QUALITY, "never"),
    FindingKind("justification/unused", "warn", "", "never"),
    FindingKind("justification/expired", "reject", "", "never"),
    FindingKind("justification/other-party", "reject", "", "never"),
    *(gap_kind(examiner, reason) for examiner in EXAMINER_CLAUSES for reason in get_args(GapReason)),
)

FINDINGS: Final[Mapping[str, FindingKind]] = MappingProxyType({kind.id: kind for kind in _KINDS})

CONTAINER_FINDINGS: Final[Mapping[ContainerIssue, str]] = MappingProxyType(
    {issue: f"container/{issue}" for issue in get_args(ContainerIssue)}
)
