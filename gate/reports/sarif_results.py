"""The results of a SARIF log: where each finding is, how it is known again in the next run, and who set it aside."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from gate.policy.findings import finding_message
from gate.reports.escaping import sarif, shortened, visible
from gate.reports.sarif_rules import LEVELS
from gate.reports.wording import decided_by
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.models import Finding, Judgement
    from gate.policy.model import Parties
    from gate.reports.exceptions_view import ExceptionView
    from gate.reports.view import ReportView

IN_PLACE: Final = "releaseGate/findingInPlace/v1"
IN_CONTENT: Final = "releaseGate/findingInContent/v1"
"""Names of the fingerprints (3.27.17): of a finding at its item path, and in the bytes of its item wherever they lie.

Each is a digest over the id, the place and what was found there, then ``:`` and a number that tells findings apart
which are equal in all of these, in the order of their lines; so lines that come before do not change it.
"""
_PASSING: Final = frozenset({"line", "score", "detail", "problem", "days", "limit", "found", "error"})
"""Arguments that change from run to run, or with lines before the finding, while it stays the same finding."""
_MOST_PATH: Final = 2000
_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Bounded:
    """Results, each written as JSON, and how many more there were."""

    written: tuple[str, ...]
    omitted: int


def bounded_results(
    view: ReportView,
    judgement: Judgement,
    rules: Mapping[str, object],
    language: Language,
    *,
    most_results: int,
    most_bytes: int,
    most_packed: int,
) -> Bounded:
    """Return the results of all findings, the gravest first, up to a number and a size, as it is and compressed."""
    indexes = {finding_id: index for index, finding_id in enumerate(rules)}
    exceptions = {entry.id: entry for entry in view.exceptions}
    shown = judgement.findings[:most_results]
    prints = fingerprints(shown)
    written: list[str] = []
    size = packed = 0
    packer = zlib.compressobj(1)  # no reader's compressor makes more of it
    for finding, marks in zip(shown, prints, strict=True):
        result = {
            "ruleId": finding.id,
            "ruleIndex": indexes[finding.id],
            "level": LEVELS[finding.severity],
            "message": {"text": sarif(shortened(finding_message(finding, language), _SHOWN))},
            "locations": [_location(finding, view)],
            "partialFingerprints": marks,
            "suppressions": _suppressions(finding, exceptions, view.parties, language),
            "properties": _properties(finding),
        }
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        size += len(text.encode())
        packed += len(packer.compress(text.encode()))
        if size > most_bytes or packed > most_packed:
            break
        written.append(text)
    return Bounded(tuple(written), len(judgement.findings) - len(written))


def _properties(finding: Finding) -> dict[str, str]:
    properties = {"severity": finding.severity, "clause": finding.clause, "sha256": finding.sha256}
    return {name: value for name, value in properties.items() if value}


# --- known again ------------------------------------------------------------------------------------------------


def fingerprints(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Return the fingerprints of each finding."""
    marks: list[dict[str, str]] = [{} for _ in findings]
    seen: Counter[str] = Counter()
    for index, finding in sorted(enumerate(findings), key=lambda each: _line(each[1])):
        what = {name: value for name, value in finding.args.items() if name not in _PASSING}
        places = {IN_PLACE: finding.path, IN_CONTENT: finding.sha256}
        for name, place in places.items():
            if place or name == IN_PLACE:
                digest = _digest(name, finding.id, place, what)
                marks[index][name] = f"{digest}:{seen[digest]}"
                seen[digest] += 1
    return marks


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _line(finding: Finding) -> int:
    line = finding.args.get("line", 0)
    return line if isinstance(line, int) else 0


# --- places -----------------------------------------------------------------------------------------------------


def item_location(path: str) -> dict[str, str]:
    """Return where an item lies, relative to the delivery (3.4); containers are part of the address, as ``a.zip!/b``.

    Steps of only dots would lead elsewhere for whoever resolves the address; they are escaped once more, so that the
    address names nothing else.  Of a path that is too long for any reader the artifact stands there alone.
    """
    if len(path) > _MOST_PATH:
        path = shortened(path.partition("!/")[0].partition("/")[0])
    return {"uri": _address(visible(path)) or "delivery", "uriBaseId": "DELIVERY"}


def _address(path: str) -> str:
    steps = [step.replace(".", "%2E") if step in {".", ".."} else step for step in path.split("/")]
    return quote("/".join(steps), safe="/!")


def _location(finding: Finding, view: ReportView) -> dict[str, Any]:
    """Return the place of a finding; one of the whole run stands at the first artifact, as readers ask for a place."""
    path = finding.path or (view.artifacts[0].path if view.artifacts else "")
    place = item_location(path)
    physical: dict[str, Any] = {"artifactLocation": place}
    if finding.path and _line(finding) > 0:
        physical["region"] = {"startLine": _line(finding)}
    location: dict[str, Any] = {"physicalLocation": physical}
    if "!/" in finding.path:
        name = visible(shortened(path.rpartition("/")[2])) or "–"
        full = visible(shortened(path, _MOST_PATH))
        location["logicalLocations"] = [{"fullyQualifiedName": full, "name": name, "kind": "resource"}]
    return location


# --- set aside --------------------------------------------------------------------------------------------------


def _suppressions(
    finding: Finding, exceptions: Mapping[str, ExceptionView], parties: Parties, language: Language
) -> list[dict[str, Any]]:
    """Return who set a finding aside (3.35); empty where nobody did, as absent would mean that it is not known."""
    if finding.suppressed_by is None:
        return []
    entry = exceptions[finding.suppressed_by]
    about: dict[str, str | int] = {
        "reason": entry.reason,
        "by": decided_by(entry, parties, language),
        "approved_on": entry.approved_on.isoformat(),
        "expires": entry.expires.isoformat(),
    }
    return [
        {
            "kind": "external",
            "status": "accepted",
            "justification": visible(render("output.sarif.justification", language, about)),
            "properties": {"id": entry.id, "section": entry.section},
        }
    ]
