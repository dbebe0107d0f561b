"""CycloneDX 1.4 to 1.7 in JSON with vulnerabilities: what scanners write, and VEX with an analysis of each."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from gate.examine.evidence.draft import Draft, greatest, level_of_score
from gate.examine.evidence.products import bounded_products, of_cyclonedx, product
from gate.examine.json_values import (
    Malformed,
    Table,
    moment,
    named,
    number,
    rows,
    shown,
    table,
    text,
    word,
)
from gate.models import EvidenceLevel, EvidenceResult

_VERSIONS: Final = frozenset({"1.4", "1.5", "1.6", "1.7"})
_SEVERITIES: Final[dict[str, EvidenceLevel]] = {
    "critical": "critical",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "info": "none",
    "none": "none",
    "unknown": "unknown",
}
_SCORED: Final = frozenset({"CVSSv2", "CVSSv3", "CVSSv31", "CVSSv4"})
_STATES: Final = frozenset(
    {"", "resolved", "resolved_with_pedigree", "exploitable", "in_triage", "false_positive", "not_affected"}
)
_FIXED: Final = frozenset({"resolved", "resolved_with_pedigree"})
_NEED_A_REASON: Final = frozenset({"false_positive", "not_affected"})
_ALSO: Final = 20
"""Other names that a result keeps."""


def read_cyclonedx(document: Table) -> Draft:
    """Return what a document says of vulnerabilities.  Raises ``Malformed`` where it is no CycloneDX of these versions.

    Without an array of vulnerabilities it is a list of components, which says nothing of them.
    """
    if text(document, "bomFormat", "document") != "CycloneDX":
        raise Malformed("document.bomFormat: not CycloneDX")
    word(document, "specVersion", "document", _VERSIONS, "-")
    draft = Draft("cyclonedx-vex")
    metadata = table(document, "metadata", "document")
    draft.ran_at(moment(metadata, "timestamp", "document.metadata"))
    draft.tools += _tools(metadata)
    named_by = _components(document, metadata)
    for products in named_by.values():
        draft.looked_at.update(products)
    if document.get("vulnerabilities") is None:
        draft.fail("not-run", "no array of vulnerabilities")
    for index, vulnerability in enumerate(rows(document, "vulnerabilities", "document")):
        _take(vulnerability, f"vulnerabilities[{index}]", named_by, draft)
    return draft


def _tools(metadata: Table) -> list[str]:
    """Return the tools, in the old form (an array) or the new one (components and services)."""
    place = "metadata.tools"
    tools = metadata.get("tools")
    listed = [tools] if isinstance(tools, dict) else rows(metadata, "tools", "metadata")
    if isinstance(tools, dict):
        listed = [*rows(tools, "components", place), *rows(tools, "services", place)]
    return [named(text(each, "name", place), text(each, "version", place)) for each in listed if each.get("name")]


def _components(document: Table, metadata: Table) -> dict[str, tuple[str, ...]]:
    """Return by what each component can be recognised, by its reference; those without one under a made-up one."""
    waiting = [*rows(document, "components", "document"), table(metadata, "component", "metadata")]
    found: dict[str, tuple[str, ...]] = {}
    while waiting:
        component = waiting.pop()
        waiting += rows(component, "components", "components")
        reference = text(component, "bom-ref", "components") or f"\0{len(found)}"
        names = of_cyclonedx(component, "components")
        if found.setdefault(reference, names) != names:
            raise Malformed(f"components: bom-ref {shown(reference)} stands for two components")
    return found


def _take(vulnerability: Table, place: str, named_by: dict[str, tuple[str, ...]], draft: Draft) -> None:
    analysis = table(vulnerability, "analysis", place)
    state = word(analysis, "state", f"{place}.analysis", _STATES, "")
    reason = text(analysis, "justification", place) or text(analysis, "detail", place)
    result = EvidenceResult(
        shown(text(vulnerability, "id", place) or "-", 200),
        _level(vulnerability, place),
        state or "no analysis",
        shown(text(vulnerability, "description", place)),
        reason=shown(reason),
        also=_also(vulnerability, place),
        products=_products(vulnerability, place, named_by),
    )
    answered = state in _FIXED or (state in _NEED_A_REASON and bool(reason.strip()))
    (draft.resolved if answered else draft.unresolved).append(result)


def _also(vulnerability: Table, place: str) -> tuple[str, ...]:
    references = rows(vulnerability, "references", place)
    return tuple(shown(text(each, "id", place), 200) for each in references if each.get("id"))[:_ALSO]


def _products(vulnerability: Table, place: str, named_by: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what a vulnerability affects: components by reference, also in another document (BOM-Link).

    None where one of them cannot be told: it could be the one delivered.
    """
    found: dict[str, None] = {}
    for affected in rows(vulnerability, "affects", place):
        reference = text(affected, "ref", place)
        if reference not in named_by and reference.startswith("urn:cdx:"):
            reference = unquote(reference.partition("#")[2])
        names = named_by.get(reference) or ((product(reference),) if reference.startswith("pkg:") else ())
        if not names:
            return ()
        found.update(dict.fromkeys(names))
    return bounded_products(found, place)


def _level(vulnerability: Table, place: str) -> EvidenceLevel:
    """Return the gravest rating; what nobody has rated is not known to be light."""
    known: list[EvidenceLevel] = []
    for rating in rows(vulnerability, "ratings", place):
        if rating.get("severity") is not None:
            known.append(_SEVERITIES[word(rating, "severity", place, frozenset(_SEVERITIES), "unknown")])
        score = number(rating, "score", place)
        if score is not None and text(rating, "method", place) in _SCORED:
            known.append(level_of_score(score))
    rated: list[EvidenceLevel] = [level for level in known if level != "unknown"]
    return greatest(rated, default="unknown")
