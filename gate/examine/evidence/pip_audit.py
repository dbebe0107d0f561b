"""The JSON that pip-audit writes by itself (``--format json``): every package that it looked at, and those passed over.

Its CycloneDX leaves out the array of vulnerabilities where there are none, so that it cannot say so; this form can.
It names neither tool nor time.
"""

from __future__ import annotations

from gate.examine.evidence.draft import Draft
from gate.examine.json_values import Malformed, Table, rows, shown, text, values
from gate.examine.purls import make_purl
from gate.models import EvidenceResult

_ALSO = 20


def read_pip_audit(document: Table) -> Draft:
    """Return what a report says.  Raises ``Malformed`` where it is none."""
    if not isinstance(document.get("dependencies"), list):
        raise Malformed("document.dependencies: missing")
    draft = Draft("pip-audit")
    for index, dependency in enumerate(rows(document, "dependencies", "document")):
        _take(dependency, f"dependencies[{index}]", draft)
    if not draft.looked_at:
        draft.fail("not-run", "no dependency was looked at")
    return draft


def _take(dependency: Table, place: str, draft: Draft) -> None:
    name, reason = text(dependency, "name", place), text(dependency, "skip_reason", place)
    if not name:
        raise Malformed(f"{place}.name: missing")
    if reason or dependency.get("vulns") is None:
        draft.skipped.append(shown(f"{name}: {reason or 'no array of vulnerabilities'}"))
        return
    try:
        product = make_purl("pypi", name, text(dependency, "version", place))
    except ValueError as error:
        raise Malformed(f"{place}: no package name") from error
    draft.looked_at.add(product)
    for vulnerability in rows(dependency, "vulns", place):
        spot = f"{place}.vulns"
        aliases = [shown(each, 200) for each in values(vulnerability, "aliases", spot) if isinstance(each, str)]
        draft.unresolved.append(
            EvidenceResult(
                shown(text(vulnerability, "id", spot) or "-", 200),
                "unknown",
                "reported",
                shown(text(vulnerability, "description", spot)),
                also=tuple(aliases[:_ALSO]),
                products=(product,),
            )
        )
