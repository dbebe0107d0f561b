"""OpenVEX 0.2.0 (and 0.0.x of the same shape): statements of someone on vulnerabilities in products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gate.examine.evidence.draft import Draft
from gate.examine.evidence.products import bounded_products, of_openvex
from gate.examine.json_values import Malformed, Table, as_table, moment, named, rows, shown, text, values
from gate.examine.json_values import word as one_of
from gate.models import EvidenceResult

_CONTEXT: Final = "https://openvex.dev/ns"
_STATUSES: Final = frozenset({"not_affected", "affected", "fixed", "under_investigation"})
_ORDER: Final = ("fixed", "not_affected", "under_investigation", "affected")
"""Of two statements of one time the latter of these counts."""
_ALSO: Final = 20
_EPOCH: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Statement:
    result: EvidenceResult
    answered: bool
    when: datetime
    status: str


def read_openvex(document: Table) -> Draft:
    """Return what a document says.  Raises ``Malformed`` where it is no OpenVEX.

    Of several statements on one vulnerability in one product the latest counts, as the specification has it.
    """
    if not text(document, "@context", "document").startswith(_CONTEXT):
        raise Malformed("document.@context: not OpenVEX")
    draft = Draft("openvex")
    made = moment(document, "timestamp", "document")
    draft.ran_at(moment(document, "last_updated", "document"), made)
    tooling = text(document, "tooling", "document")
    draft.tools += [named(tooling)] if tooling else []
    if not isinstance(document.get("statements"), list):
        raise Malformed("document.statements: missing")
    standing: dict[tuple[str, tuple[str, ...], tuple[str, ...]], _Statement] = {}
    for index, statement in enumerate(rows(document, "statements", "document")):
        for each in _read(statement, f"statements[{index}]", made or _EPOCH):
            key = (each.result.rule, each.result.products, each.result.parts)
            before = standing.get(key)
            if before is None or _rank(each) >= _rank(before):
                standing[key] = each
    if not standing:
        draft.fail("not-run", "no statement")
    for each in _not_overtaken(list(standing.values())):
        draft.looked_at.update(each.result.products)
        (draft.resolved if each.answered else draft.unresolved).append(each.result)
    return draft


def _not_overtaken(statements: list[_Statement]) -> Iterator[_Statement]:
    """Yield the statements but for the answers that a later one takes back."""
    open_ones: defaultdict[str, list[_Statement]] = defaultdict(list)
    for each in statements:
        if not each.answered:
            open_ones[each.result.rule].append(each)
    for each in statements:
        if not each.answered or not any(_is_overtaken(each, other) for other in open_ones[each.result.rule]):
            yield each


def _is_overtaken(answer: _Statement, other: _Statement) -> bool:
    """Say whether a later statement leaves open what one answers, also where it names the same product in more ways."""
    mine, theirs = answer.result, other.result
    same_parts = not mine.parts or not theirs.parts or not set(mine.parts).isdisjoint(theirs.parts)
    return answer.when < other.when and same_parts and not set(mine.products).isdisjoint(theirs.products)


def _rank(statement: _Statement) -> tuple[datetime, int]:
    return statement.when, _ORDER.index(statement.status)


def _read(statement: Table, place: str, made: datetime) -> list[_Statement]:
    """Return what a statement says of each of its products; of none where it names none."""
    status = one_of(statement, "status", place, _STATUSES, "-")
    reason = text(statement, "justification", place) or text(statement, "impact_statement", place)
    answered = status == "fixed" or (status == "not_affected" and bool(reason.strip()))
    when = moment(statement, "last_updated", place) or moment(statement, "timestamp", place) or made
    rule, also, description = _vulnerability(statement, place)
    products = values(statement, "products", place) or [{}]
    found = []
    for number, each in enumerate(products):
        spot = f"{place}.products[{number}]"
        holder = {"@id": each} if isinstance(each, str) else as_table(each, spot)  # 0.0.x has texts
        parts = [name for part in rows(holder, "subcomponents", spot) for name in of_openvex(part, spot)]
        result = EvidenceResult(
            rule,
            "unknown",
            status,
            shown(text(statement, "action_statement", place) or description),
            reason=shown(reason),
            also=also,
            products=of_openvex(holder, spot),
            parts=bounded_products(parts, spot),
        )
        found.append(_Statement(result, answered, when, status))
    return found


def _vulnerability(statement: Table, place: str) -> tuple[str, tuple[str, ...], str]:
    """Return id, other names and description; 0.0.x has a text in place of an object."""
    value = statement.get("vulnerability")
    if isinstance(value, str):
        return shown(value, 200), (), ""
    holder = as_table(value, f"{place}.vulnerability")
    name = text(holder, "name", place) or text(holder, "@id", place)
    if not name:
        raise Malformed(f"{place}.vulnerability.name: missing")
    also = [shown(each, 200) for each in values(holder, "aliases", place)[:_ALSO] if isinstance(each, str)]
    return shown(name, 200), tuple(also), text(holder, "description", place)
