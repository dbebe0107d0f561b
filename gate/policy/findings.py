"""Findings: how one is made, and the one place where their texts are looked up.

A finding keeps code and arguments; its text in either language comes from the catalogue (domain ``finding``):
``finding.<id>``, ``finding.<id>.why`` and ``finding.<id>.advice``.  Findings of gaps share the texts of their reason.
"""

from __future__ import annotations

import contextlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from gate.models import Finding, GapReason
from gate.paths import printable
from gate.policy.details import spelled
from gate.policy.registry import FINDINGS, FindingKind, examiner_clauses, gap_kind
from gate.text import UnknownMessage, has_message, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import MessageArgs, Severity
    from gate.text import Language

DISGUISED: Final = "executable/disguised"
SECRETS: Final = "source/secret"
UNDISCLOSED: Final = "outbound/undisclosed"
_NAMES_MISSING: Final = frozenset({UNDISCLOSED, "evidence/website-papers"})
"""Findings that say in words of the catalogue what is missing."""
_SPELT_OUT: Final = {DISGUISED: ("how", "disguise"), SECRETS: ("what", "secret")}
"""Findings whose message has a field with a text of its own for each value of an argument."""
_WORDED: Final = MappingProxyType(
    {
        "level": "finding.level",
        "limit": "finding.level",
        "kind": "report.database-kind",
        "class": "finding.class",
        "engine": "finding.examiner",
        "examiner": "finding.examiner",
    },
)
"""Arguments whose values are words of ours, with where those stand in the catalogue; others stay as they are."""
_SHOWN: Final = 500
"""Characters of anything from an artifact or engine that a finding keeps."""
_FULL_STOPS: Final = ".。"


def kind_of(finding_id: str) -> FindingKind:
    """Return the kind of a finding; that of a gap also for examiners that this version does not know."""
    kind = FINDINGS.get(finding_id)
    return kind or gap_kind(*split_gap_id(finding_id))


def split_gap_id(finding_id: str) -> tuple[str, GapReason]:
    """Return examiner and reason of the finding of a gap; raises ``KeyError`` for any other id."""
    if finding_id.startswith("gap/"):
        for reason in get_args(GapReason):
            if finding_id.endswith(f"-{reason}"):
                return finding_id.removeprefix("gap/").removesuffix(f"-{reason}"), reason
    raise KeyError(finding_id)


def also_of(finding: Finding) -> tuple[str, ...]:
    """Return the clauses that a finding leaves not confirmed beside its own: all that an engine's answers count for."""
    if finding.id.startswith("engine/"):
        return examiner_clauses(str(finding.args["engine"]))[1:]
    return kind_of(finding.id).also


def shown(text: str) -> str:
    """Return text from an artifact or engine as a finding may keep it: escaped, and of bounded length."""
    escaped = printable(text)
    return escaped if len(escaped) <= _SHOWN else f"{escaped[:_SHOWN]}…"


def make_finding(
    finding_id: str,
    /,
    *,
    path: str = "",
    sha256: str = "",
    severity: Severity | None = None,
    clause: str | None = None,
    args: Mapping[str, str | int] = MappingProxyType({}),
) -> Finding:
    """Return a finding with its English text; severity and clause are those of its kind where not given."""
    kind = kind_of(finding_id)
    kept: MessageArgs = {key: shown(value) if isinstance(value, str) else value for key, value in args.items()}
    return Finding(
        finding_id,
        severity or kind.severity,
        kind.clause if clause is None else clause,
        _message(finding_id, kept, "en"),
        path,
        sha256,
        kept,
    )


def finding_message(finding: Finding, language: Language) -> str:
    """Return what was seen, in the given language; the place (``finding.path``) is not part of it."""
    return _message(finding.id, finding.args, language)


def finding_why(finding_id: str, language: Language) -> str:
    """Return why a finding matters: what the contract says."""
    return finding_text(finding_id, "why", language)


def finding_advice(finding_id: str, language: Language) -> str:
    """Return what to do about a finding."""
    return finding_text(finding_id, "advice", language)


def finding_text(
    finding_id: str, part: Literal["message", "why", "advice"], language: Language, args: MessageArgs | None = None
) -> str:
    """Return one of the texts of a finding; the only place that knows under which code it stands."""
    code = text_code(finding_id)
    return render(code if part == "message" else f"{code}.{part}", language, args)


def text_code(finding_id: str) -> str:
    """Return the catalogue code of a finding: that of the reason alone for gaps."""
    if finding_id.startswith("gap/"):
        return f"finding.gap/{split_gap_id(finding_id)[1]}"
    return f"finding.{finding_id}"


def _message(finding_id: str, args: MessageArgs, language: Language) -> str:
    """Return the message; score, line and detail are added where they are known."""
    filled = dict(args)
    if finding_id.startswith("engine/") and "code" in args:
        with contextlib.suppress(UnknownMessage):  # a problem that another version of the gate wrote stays in English
            filled["problem"] = render(str(args["code"]), language, args)
    if finding_id in _SPELT_OUT:
        field, of = _SPELT_OUT[finding_id]
        filled[field] = render(f"finding.{finding_id}.{args[of]}", language)
    if finding_id in _NAMES_MISSING:
        missing = [render(f"finding.{finding_id}.{each}", language) for each in str(args["missing"]).split(", ")]
        filled["missing"] = render("finding.list-separator", language).join(missing)
    for key in _WORDED.keys() & args.keys():
        code = f"{_WORDED[key]}.{args[key]}"
        if has_message(code, language):
            filled[key] = render(code, language)
    text = finding_text(finding_id, "message", language, filled)
    if args.get("library"):
        text = render("finding.in-library", language, {"text": text.rstrip(_FULL_STOPS), "library": args["library"]})
    if args.get("score"):
        text = render("finding.with-score", language, {"text": text.rstrip(_FULL_STOPS), "score": args["score"]})
    if args.get("line"):
        text = render("finding.at-line", language, {"text": text.rstrip(_FULL_STOPS), "line": args["line"]})
    if args.get("detail"):
        detail = spelled(args, language)
        text = render("finding.with-detail", language, {"text": text.rstrip(_FULL_STOPS), "detail": detail})
    return text
